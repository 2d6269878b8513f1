import { setTimeout } from "node:timers/promises";

import {
  Column,
  DeleteDateColumn,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type DataSource,
  type Repository,
} from "typeorm";

import {
  DeletionIdColumn,
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteManager,
  SoftDeleteSubscriber,
} from "../../src";
import { describeEachDatabase } from "../harness";
import { expectRoundTrip, save, states, SUBSCRIBED } from "./round-trip";

@Entity()
class User extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
}

@Entity("posts")
class Post extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ default: "" }) title!: string;
  @ManyToOne(() => User) @OnSoftDelete("CASCADE") author!: User | null;
}

/** For listings: fewer columns, and no policy. */
@Entity("posts", { synchronize: false })
class Slim {
  @PrimaryColumn() id!: number;
  @Column() title!: string;
  @ManyToOne(() => User) author!: User | null;
}

/** The same rows by other names, with a relation of its own. */
@Entity("posts", { synchronize: false })
class Renamed {
  @PrimaryColumn({ name: "id" }) key!: number;
  @DeleteDateColumn({ name: "deletedAt" }) removedAt!: Date | null;
  @DeletionIdColumn({ name: "deletionId" }) removal!: string | null;
  @ManyToOne(() => User) @JoinColumn({ name: "authorId" }) writer!: User | null;
  @OneToMany(() => Remark, (remark) => remark.post) remarks!: Remark[];
}

@Entity()
class Remark extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @ManyToOne(() => Renamed, (post) => post.remarks) @OnSoftDelete("CASCADE") post!: Renamed | null;
}

const BETWEEN = [
  [true, false],
  [true, false],
  [true, false],
];

describeEachDatabase("several classes on one table", (database) => {
  async function fill(dataSource: DataSource): Promise<{ author: User; post: Post }> {
    const author = await save(dataSource, User);
    const other = await save(dataSource, User);
    const post = await save(dataSource, Post, { author });
    const left = await save(dataSource, Post, { author: other });
    await save(dataSource, Remark, { post: { key: post.id } });
    await save(dataSource, Remark, { post: { key: left.id } });
    return { author, post };
  }

  const orders = [
    [User, Post, Slim, Renamed, Remark],
    [Remark, Renamed, Slim, Post, User],
    [Slim, User, Remark, Post, Renamed],
  ];
  for (const entities of orders) {
    const order = entities.map(({ name }) => name).join(", ");

    it(`cascade by what each of them declares, listed as ${order}`, async () => {
      const dataSource = await database.open(entities, SUBSCRIBED);
      const { author, post } = await fill(dataSource);

      await expectRoundTrip(dataSource, User, author.id, [Post, Remark], BETWEEN);
      await expectRoundTrip(dataSource, Post, post.id, [Remark], BETWEEN.slice(1));
      await expectRoundTrip(dataSource, Renamed, { key: post.id }, [Remark], BETWEEN.slice(1));
      expect(
        (await getSoftDeleteRepository(dataSource, User).softDelete(author.id)).counts,
      ).toEqual({ User: 1, Post: 1, Remark: 1 });
    });
  }

  it("show objects of every class what happened, by its own names", async () => {
    const dataSource = await database.open([Renamed, Post, User, Remark], SUBSCRIBED);
    const { post } = await fill(dataSource);
    const load = () =>
      dataSource.manager.findOneOrFail(Renamed, {
        where: { key: post.id },
        relations: { remarks: true },
        withDeleted: true,
      });
    const loaded = await load();

    const repositories: Repository<Renamed>[] = [
      getSoftDeleteRepository(dataSource, Renamed),
      dataSource.getRepository(Renamed),
    ];
    for (const repository of repositories) {
      await repository.softRemove(loaded);
      expect(loaded.removedAt).toBeInstanceOf(Date);
      expect(loaded.removal).toBe((await load()).removal);
      expect(loaded.remarks.map((remark) => remark.deletionId)).toEqual([loaded.removal]);
      await repository.recover(loaded);
      expect([loaded.removedAt, loaded.removal]).toEqual([null, null]);
      expect(loaded.remarks.map((remark) => remark.isDeleted)).toEqual([false]);
    }
    expect(await states(dataSource, Post, Remark)).toEqual([
      [false, false],
      [false, false],
    ]);
  });

  it("take a class without the columns for one that cannot be soft-deleted", async () => {
    const dataSource = await database.open([Post, Slim, User], SUBSCRIBED);
    const slims = getSoftDeleteRepository(dataSource, Slim);
    const post = await save(dataSource, Post);

    await expect(slims.softDelete(post.id)).rejects.toThrow("Slim cannot be soft-deleted");
    expect(() => slims.onlyDeleted()).toThrow("Slim cannot be soft-deleted");
    expect(await states(dataSource, Post)).toEqual([[false]]);
  });

  it("are guarded by what each of them declares", async () => {
    const entities = [User, Post, Renamed, Slim, Remark];
    const dataSource = await database.open(entities, {
      subscribers: [SoftDeleteSubscriber.with({ guardReferences: true, hardDelete: "forbid" })],
    });
    const { author, post } = await fill(dataSource);
    await dataSource.manager.softDelete(User, author.id);

    await expect(
      dataSource.manager.insert(Renamed, { key: 100, writer: { id: author.id } }),
    ).rejects.toMatchObject({ code: "PARENT_DELETED" });
    await expect(
      dataSource.manager.insert(Slim, { id: 101, title: "", author: { id: author.id } }),
    ).rejects.toMatchObject({ code: "PARENT_DELETED" });
    await expect(save(dataSource, Remark, { post: { key: post.id } })).rejects.toMatchObject({
      code: "PARENT_DELETED",
    });
    await expect(dataSource.manager.delete(Slim, post.id)).rejects.toMatchObject({
      code: "HARD_DELETE_FORBIDDEN",
    });
    expect(await states(dataSource, Post, Remark)).toEqual(BETWEEN.slice(1));
  });

  it("are checked, settled and purged as one", async () => {
    const dataSource = await database.open([Slim, Renamed, User, Post, Remark], SUBSCRIBED);
    const { author } = await fill(dataSource);
    const manager = new SoftDeleteManager(dataSource);
    const [posts, at] = ["posts", "deletedAt"].map((name) => dataSource.driver.escape(name));
    await dataSource.query(`UPDATE ${posts} SET ${at} = '2020-02-02 10:00:00' WHERE id = 2`);
    const found = (await manager.check()).filter(({ entity, count }) => entity === "Post" && count);
    expect(found.map(({ code, count }) => [code, count])).toEqual([
      ["deleted-without-deletion-id", 1],
    ]);

    expect((await manager.settle(Renamed)).counts).toEqual({ Post: 1 });
    await manager.softDelete(User, author.id);
    await setTimeout(10);
    const { counts, blocked } = await manager.purge({ olderThan: new Date() });
    expect({ counts, blocked: blocked.map(({ relation }) => relation) }).toEqual({
      counts: { User: 1, Post: 1, Remark: 1 },
      blocked: ["Remark.post"],
    });
  });
});

@Entity("posts", { synchronize: false })
class Restricting {
  @PrimaryColumn() id!: number;
  @ManyToOne(() => User) @OnSoftDelete("RESTRICT") author!: User | null;
}
@Entity("posts", { synchronize: false })
class Keeping {
  @PrimaryColumn() id!: number;
  @ManyToOne(() => User) @OnSoftDelete("KEEP") author!: User | null;
}
@Entity("posts", { synchronize: false })
class OtherDate {
  @PrimaryColumn() id!: number;
  @DeleteDateColumn({ name: "archived_at" }) archivedAt!: Date | null;
}
@Entity("posts", { synchronize: false })
class OtherId {
  @PrimaryColumn() id!: number;
  @DeleteDateColumn() deletedAt!: Date | null;
  @DeletionIdColumn({ name: "other_id" }) otherId!: string | null;
}

describeEachDatabase("classes on one table that contradict each other", (database) => {
  const cases = [
    [Restricting, ['Post.author says @OnSoftDelete("CASCADE")', "Restricting.author says"]],
    [Keeping, ["Post.author says", 'Keeping.author says @OnSoftDelete("KEEP")']],
    [OtherDate, ["OtherDate.archivedAt are different delete-date columns", "Post.deletedAt"]],
    [OtherId, ["OtherId.otherId are different deletion id columns", "table Post"]],
  ] as const;
  for (const [other, parts] of cases) {
    it(`are refused at start, in either order: ${parts[0]}`, async () => {
      for (const entities of [
        [User, Post, other],
        [other, Post, User],
      ]) {
        const opened = database.open(entities, SUBSCRIBED);
        await expect(opened).rejects.toMatchObject({ code: "SOFT_DELETE_CONFIGURATION" });
        for (const part of parts) await expect(opened).rejects.toThrow(part);
      }
    });
  }
});
