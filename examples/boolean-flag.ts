/**
 * A boolean flag on the users, and a `delete()` that sets it.
 *
 * By hand: a column `is_deleted`, a method `delete() { this.isDeleted = true; return this.save(); }`, and
 * `where: { isDeleted: false }` in every query of the application. Here the flag is a column like that one, for everybody
 * who reads the table without TypeORM; the package keeps it in step, and every query leaves deleted users out by itself.
 */
import "reflect-metadata";
import {
  Column,
  DataSource,
  type DataSourceOptions,
  Entity,
  PrimaryGeneratedColumn,
} from "typeorm";
import { DeletedFlagColumn, SoftDeletableEntity, SoftDeleteSubscriber } from "typeorm-soft-delete";

@Entity("users")
export class User extends SoftDeletableEntity {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @DeletedFlagColumn({ name: "is_deleted" }) deletedFlag!: boolean;

  /** Deletes the user softly. */
  delete(): Promise<this> {
    return this.softRemove();
  }

  /** TypeORM's own `remove()` would remove the row for good. */
  override remove(): Promise<this> {
    return this.delete();
  }

  /** The users who are deleted. */
  static deleted(): Promise<User[]> {
    return User.onlyDeleted().find({ order: { id: "ASC" } });
  }
}

const SQLITE: DataSourceOptions = { type: "better-sqlite3", database: ":memory:" };

export async function main(
  database: DataSourceOptions = SQLITE,
  print: (line: string) => void = console.log,
): Promise<void> {
  const dataSource = await new DataSource({
    ...database,
    synchronize: true,
    entities: [User],
    // "forbid" closes the ways around delete(): User.delete(...), a query builder's delete(), User.clear().
    subscribers: [SoftDeleteSubscriber.with({ hardDelete: "forbid" })],
  }).initialize();
  const names = (users: User[]): string => users.map((user) => user.name).join(", ");
  const byId = { order: { id: "ASC" } } as const;

  const [ada, grace] = await User.save([
    User.create({ name: "Ada" }),
    User.create({ name: "Grace" }),
    User.create({ name: "Edsger" }),
  ]);

  await ada!.delete();
  print(`Ada: isDeleted ${ada!.isDeleted}, flag ${ada!.deletedFlag}`);
  await grace!.remove();

  print(`users: ${names(await User.find(byId))}`);
  print(`deleted: ${names(await User.deleted())}`);
  print(`all: ${names(await User.withDeleted().find(byId))}`);

  await ada!.restore();
  print(`Ada: isDeleted ${ada!.isDeleted}, flag ${ada!.deletedFlag}`);

  // For those who read the table in SQL, the flag is never null.
  const rows = await User.withDeleted().find(byId);
  for (const { name, deletedFlag } of rows) print(`is_deleted of ${name}: ${deletedFlag}`);

  await User.delete({ name: "Ada" }).catch((error: unknown) => {
    print(`refused: ${(error as Error).name}`);
  });
  await dataSource.destroy();
}

if (require.main === module) void main();
