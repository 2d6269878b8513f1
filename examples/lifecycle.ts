/**
 * The whole life of a post: deleted, found in the trash, restored, deleted together with its author, and in the end removed
 * for good; with who did it, why, and a log of it all.
 *
 * By hand: a `deleted_at` column, a scope for each kind of query, a loop over the children in both directions, a nightly
 * `DELETE ... WHERE deleted_at < ...`, and an audit table that every one of them has to remember.
 */
import "reflect-metadata";
import {
  Between,
  Column,
  DataSource,
  type DataSourceOptions,
  Entity,
  Index,
  LessThan,
  ManyToOne,
  MoreThanOrEqual,
  PrimaryGeneratedColumn,
} from "typeorm";
import {
  type Counts,
  deletionContext,
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeleteLog,
  SoftDeleteManager,
  SoftDeleteSubscriber,
  withSoftDelete,
} from "typeorm-soft-delete";

/** Columns `deletedAt`, `deletionId`, `deletedBy` and `deleteReason`. */
const Deletable = withSoftDelete(undefined, { deletedBy: true, deleteReason: true });

@Entity("users")
export class User extends Deletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
}

@Entity("posts")
export class Post extends Deletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() title!: string;
  @Index() @ManyToOne(() => User) @OnSoftDelete("CASCADE") author!: User;
}

const SQLITE: DataSourceOptions = { type: "better-sqlite3", database: ":memory:" };
const DAY = 24 * 60 * 60 * 1000;

export async function main(
  database: DataSourceOptions = SQLITE,
  print: (line: string) => void = console.log,
): Promise<void> {
  // Some weeks pass within a second: that is why the example brings its own clock.
  let now = new Date("2026-03-01T09:00:00Z");
  const later = (days: number): void => {
    now = new Date(now.getTime() + days * DAY);
  };

  const dataSource = await new DataSource({
    ...database,
    synchronize: true,
    entities: [User, Post, SoftDeleteLog],
    subscribers: [SoftDeleteSubscriber.with({ clock: () => now, actor: () => "system" })],
  }).initialize();
  const users = getSoftDeleteRepository(dataSource, User);
  const posts = getSoftDeleteRepository(dataSource, Post);
  const softDeletes = new SoftDeleteManager(dataSource);

  const titles = (rows: Post[]): string => rows.map((post) => post.title).join(", ") || "none";
  const byId = { order: { id: "ASC" } } as const;
  const show = async (heading: string): Promise<void> => {
    print(`${now.toISOString().slice(0, 10)} ${heading}`);
    print(`  active: ${titles(await posts.find(byId))}`);
    print(`  deleted: ${titles(await posts.onlyDeleted().find(byId))}`);
  };

  const ada = await users.save({ name: "Ada" });
  const grace = await users.save({ name: "Grace" });
  const [one, two, three, four] = await posts.save([
    { title: "One", author: ada },
    { title: "Two", author: ada },
    { title: "Three", author: ada },
    { title: "Four", author: grace },
    { title: "Five", author: grace },
  ]);
  await show("written");

  // Soft delete, with actor and reason.
  await posts.softDelete(one!.id, { actor: "Ada", reason: "outdated" });
  await show("One is deleted");
  const { deletedBy, deleteReason } = await posts.onlyDeleted().findOneByOrFail({ id: one!.id });
  print(`  by ${deletedBy}: ${deleteReason}`);

  // Restore.
  later(1);
  await posts.restore(one!.id);
  await show("One is restored");

  // Force delete: the row is gone for good.
  later(1);
  await posts.forceDelete(four!.id, { actor: "Grace", reason: "a secret in it" });
  await show("Four is removed");

  // Bulk delete by ids: one deletion, whose id undoes it. Actor and reason may come from the context.
  later(8);
  const bulk = await deletionContext.run({ actor: "moderator", reason: "spam" }, () =>
    posts.softDelete([one!.id, two!.id]),
  );
  await show(`${bulk.affected} posts are deleted by their ids`);

  // From the user to the posts: what was deleted before keeps its own deletion.
  later(3);
  const account = await users.softDelete(ada.id, { reason: "account closed" });
  await show(`Ada is deleted: ${counted(account.counts)}`);

  // Filters on the time of deletion, among the deleted and among all.
  const start = new Date("2026-03-11T00:00:00Z");
  const end = new Date("2026-03-12T00:00:00Z");
  const thatDay = { ...byId, where: { deletedAt: Between(start, end) } };
  print(`  deleted on March 11: ${titles(await posts.onlyDeleted().find(thatDay))}`);
  const since = { ...byId, where: { deletedAt: MoreThanOrEqual(end) } };
  print(`  deleted since: ${titles(await posts.withDeleted().find(since))}`);
  print(`  all: ${titles(await posts.withDeleted().find(byId))}`);

  // Bulk restore of what was deleted since yesterday: Ada and Three, as One and Two were deleted before.
  later(0.5);
  const yesterday = new Date(now.getTime() - DAY);
  const back = await users.restore({ deletedAt: MoreThanOrEqual(yesterday) });
  await show(`restored since yesterday: ${counted(back.counts)}`);

  // Cleanup of what has been deleted for more than 30 days.
  later(20);
  await posts.softDelete(three!.id);
  later(12);
  const options = { olderThan: "30d" };
  const dry = await softDeletes.purge({ ...options, dryRun: true });
  print(`to be purged: ${counted(dry.counts)}`);
  const purged = await softDeletes.purge(options);
  await show(`purged: ${counted(purged.counts)}`);
  const old = { deletedAt: LessThan(new Date(now.getTime() - 30 * DAY)) };
  print(`  older than 30 days: ${await posts.withDeleted().countBy(old)}`);

  // The log: the deletions, and everything else that happened.
  for (const entry of await softDeletes.deletions()) {
    const undone = entry.restoredAt ? ", undone" : "";
    const why = `${entry.actor} (${entry.reason ?? "no reason"})`;
    print(`deletion by ${why}: ${counted(entry.counts)}${undone}`);
  }
  for (const entry of await dataSource.manager.find(SoftDeleteLog, { order: { at: "ASC" } })) {
    print(`${entry.at.toISOString().slice(0, 10)} ${entry.action}: ${counted(entry.counts)}`);
  }
  await dataSource.destroy();
}

function counted(counts: Counts): string {
  const entities = Object.entries(counts).sort(([a], [b]) => a.localeCompare(b));
  return entities.map(([entity, count]) => `${count} ${entity}`).join(", ");
}

if (require.main === module) void main();
