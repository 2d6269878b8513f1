/**
 * A `deleted_at` timestamp on a base model that all models share, and two functions to go with it.
 *
 * By hand: a nullable column `deleted_at` on the base model, `softDelete(session, model)` that sets it and saves, and
 * `activeUsers(session)` that filters by it. What that leaves open is here as well: what hangs below a row goes with it, the
 * indexes are there, and an e-mail address is free again once its user is deleted.
 */
import "reflect-metadata";
import {
  Column,
  CreateDateColumn,
  DataSource,
  type DataSourceOptions,
  Entity,
  type EntityManager,
  Index,
  ManyToOne,
  PrimaryGeneratedColumn,
} from "typeorm";
import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeleteManager,
  SoftDeleteSubscriber,
  UniqueActive,
  withSoftDelete,
} from "typeorm-soft-delete";

/** Brings `deleted_at` and its indexes to every model. */
abstract class Model extends withSoftDelete(undefined, {
  deletedAt: { name: "deleted_at" },
  deletionId: { name: "deletion_id" },
}) {
  @PrimaryGeneratedColumn() id!: number;
  @CreateDateColumn({ name: "created_at" }) createdAt!: Date;
}

@Entity("users")
export class User extends Model {
  @Column() @UniqueActive() email!: string;
}

@Entity("invoices")
export class Invoice extends Model {
  @Column() total!: number;
  @Index() @ManyToOne(() => User) @OnSoftDelete("CASCADE") user!: User;
}

/** Soft-deletes any model, in the transaction of the given manager. The object shows it. */
async function softDelete<T extends Model>(manager: EntityManager, model: T): Promise<T> {
  return new SoftDeleteManager(manager).softRemove(model.constructor, model);
}

/** The users who are not deleted. */
function activeUsers(manager: EntityManager): Promise<User[]> {
  return manager.find(User, { order: { id: "ASC" } });
}

/** The users who are. */
function deletedUsers(manager: EntityManager): Promise<User[]> {
  return getSoftDeleteRepository(manager, User)
    .onlyDeleted()
    .find({ order: { id: "ASC" } });
}

const SQLITE: DataSourceOptions = { type: "better-sqlite3", database: ":memory:" };

export async function main(
  database: DataSourceOptions = SQLITE,
  print: (line: string) => void = console.log,
): Promise<void> {
  const dataSource = await new DataSource({
    ...database,
    synchronize: true,
    entities: [User, Invoice],
    subscribers: [SoftDeleteSubscriber],
  }).initialize();
  const { manager } = dataSource;
  const emails = (users: User[]): string => users.map((user) => user.email).join(", ");

  for (const index of dataSource.getMetadata(User).indices) {
    const columns = index.columns.map((column) => column.databaseName);
    print(`${index.isUnique ? "unique index" : "index"} on users: ${columns.join(", ")}`);
  }

  const ada = await manager.save(manager.create(User, { email: "ada@example.com" }));
  const grace = await manager.save(manager.create(User, { email: "grace@example.com" }));
  await manager.save(Invoice, [
    { total: 10, user: ada },
    { total: 20, user: ada },
    { total: 30, user: grace },
  ]);

  await softDelete(manager, ada);
  print(`${ada.email}: isDeleted ${ada.isDeleted}`);
  print(`active: ${emails(await activeUsers(manager))}`);
  print(`deleted: ${emails(await deletedUsers(manager))}`);
  print(`invoices: ${await manager.count(Invoice)}`);

  // A second user may take the address, although the first one's row is still there.
  await manager.save(User, { email: "ada@example.com" });
  print(`active: ${emails(await activeUsers(manager))}`);

  // In a transaction that rolls back, nothing was deleted.
  await dataSource
    .transaction(async (transaction) => {
      await softDelete(transaction, grace);
      print(`active in the transaction: ${emails(await activeUsers(transaction))}`);
      throw new Error("changed my mind");
    })
    .catch((error: unknown) => {
      print(`rolled back: ${(error as Error).message}`);
    });
  print(`active: ${emails(await activeUsers(manager))}`);
  await dataSource.destroy();
}

if (require.main === module) void main();
