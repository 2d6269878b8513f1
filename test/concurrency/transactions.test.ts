import {
  Column,
  Entity,
  Index,
  ManyToOne,
  PrimaryGeneratedColumn,
  type DataSource,
  type EntityManager,
} from "typeorm";

import { OnSoftDelete, SoftDeletable, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase } from "../harness";

@Entity()
class User extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ default: "" }) name!: string;
}

@Entity()
class Post extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Index() @ManyToOne(() => User) @OnSoftDelete("CASCADE") user!: User;
}

const ROUNDS = 4;

describeEachDatabase(
  "TypeORM's own calls in transactions at once, each on a row of its own",
  (database) => {
    // A single connection has one transaction at a time.
    const AT_ONCE = database.name === "better-sqlite3" ? 1 : 6;
    const levels =
      database.name === "mysql"
        ? (["REPEATABLE READ", "READ COMMITTED"] as const)
        : [database.name === "postgres" ? ("READ COMMITTED" as const) : undefined];

    async function seed(ds: DataSource): Promise<User[]> {
      const users = await ds.manager.save(
        User,
        Array.from({ length: AT_ONCE }, () => ({ name: "u" })),
      );
      await ds.manager.save(
        Post,
        users.map((user) => ({ user })),
      );
      return users;
    }

    const deleteEach = (ds: DataSource, users: readonly User[]): Promise<void> =>
      ds.transaction(async (manager) => {
        for (const { id } of users) await manager.softDelete(User, id);
      });

    const CALLS: Record<string, (manager: EntityManager, user: User) => Promise<unknown>> = {
      softDelete: (manager, { id }) => manager.softDelete(User, id),
      "update of the delete date": (manager, { id }) =>
        manager.update(User, id, { deletedAt: new Date() }),
      softRemove: (manager, user) => manager.softRemove(User, user),
      restore: (manager, { id }) => manager.restore(User, id),
    };

    describe.each(levels)("at the level %s", (level) => {
      it.each(Object.entries(CALLS))("do not disturb each other: %s", async (name, call) => {
        const ds = await database.open([User, Post], { subscribers: [SoftDeleteSubscriber] });
        const restores = name === "restore";
        for (let round = 0; round < ROUNDS; round++) {
          const users = await seed(ds);
          if (restores) await deleteEach(ds, users);
          await Promise.all(
            users.map((user) =>
              level
                ? ds.transaction(level, (manager) => call(manager, user))
                : ds.transaction((manager) => call(manager, user)),
            ),
          );
          const posts = await ds.getRepository(Post).find({
            withDeleted: true,
            relations: { user: true },
          });
          for (const post of posts.slice(-AT_ONCE)) {
            expect(post.isDeleted).toBe(!restores);
            expect(post.deletionId).toBe(post.user.deletionId);
          }
          if (!restores) {
            const own = posts.slice(-AT_ONCE).map(({ deletionId }) => deletionId);
            expect(new Set(own).size).toBe(AT_ONCE);
          }
        }
      });
    });
  },
);
