// The snippets of the README, in its order, and of docs/operations.md, as one program.
import "reflect-metadata";
import {
  Column,
  DataSource,
  Entity,
  EventSubscriber,
  Index,
  IsNull,
  LessThan,
  ManyToOne,
  MoreThan,
  Not,
  OneToMany,
  PrimaryGeneratedColumn,
} from "typeorm";
import {
  deletionContext,
  getSoftDeleteRepository,
  OnSoftDelete,
  ParentDeletedError,
  SoftDeletable,
  SoftDeletableEntity,
  SoftDeleteLog,
  SoftDeleteManager,
  SoftDeleteRestrictedError,
  SoftDeleteSubscriber,
  UniqueActive,
  withSoftDelete,
  type SoftDeleteEvent,
} from "typeorm-soft-delete";

@Entity()
class User extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() @UniqueActive() email!: string;
  @Column({ default: "" }) name!: string;
  @OneToMany(() => Post, (post) => post.author) posts!: Post[];
}

@Entity()
class Post extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() title!: string;
  @Index() @ManyToOne(() => User, (user) => user.posts) @OnSoftDelete("CASCADE") author!: User;
  @OneToMany(() => Comment, (comment) => comment.post) comments!: Comment[];
}

@Entity()
class Comment extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Index() @ManyToOne(() => Post, (post) => post.comments) @OnSoftDelete("CASCADE") post!: Post;
}

@Entity()
class Invoice extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Index() @ManyToOne(() => User) @OnSoftDelete("RESTRICT") customer!: User;
}

@Entity()
class Document extends withSoftDelete(undefined, {
  deletedAt: { name: "removed_on" },
  deletedBy: true,
  deleteReason: { length: 1000 },
  deletedFlag: { name: "is_removed" },
}) {
  @PrimaryGeneratedColumn() id!: number;
}

@Entity()
class Note extends SoftDeletableEntity {
  @PrimaryGeneratedColumn() id!: number;
  @Column() text!: string;
}

const removedFromSearch: unknown[] = [];
const searchIndex = {
  remove(keys: readonly unknown[]): void {
    removedFromSearch.push(...keys);
  },
};

@EventSubscriber()
class SearchIndexSubscriber extends SoftDeleteSubscriber {
  override async afterSoftDelete(event: SoftDeleteEvent): Promise<void> {
    for await (const keys of event.primaryKeys(Post)) {
      event.afterCommit(() => searchIndex.remove(keys));
    }
  }
}

export async function main(print: (line: string) => void = console.log): Promise<void> {
  const dataSource = await new DataSource({
    type: "better-sqlite3",
    database: ":memory:",
    synchronize: true,
    entities: [User, Post, Comment, Invoice, Document, Note, SoftDeleteLog],
    subscribers: [SearchIndexSubscriber],
  }).initialize();

  const users = getSoftDeleteRepository(dataSource, User);
  const posts = getSoftDeleteRepository(dataSource, Post);
  const softDeletes = new SoftDeleteManager(dataSource);

  const user = await users.save({ email: "ada@example.com" });
  const post = await posts.save({ title: "Notes", author: user });
  await dataSource.manager.save(Comment, { post });
  const invoice = await dataSource.manager.save(Invoice, { customer: user });

  // Policies
  try {
    await users.softDelete(user.id);
  } catch (error) {
    if (!(error instanceof SoftDeleteRestrictedError)) throw error;
    print(`${error.relation} refuses, ${error.count} row(s)`);
  }
  await softDeletes.softDelete(Invoice, invoice.id);

  // Preview
  const preview = await users.previewSoftDelete(user.id);
  print(`would delete ${preview.total}: ${JSON.stringify(preview.counts)}`);

  // Soft delete
  const deletion = await users.softDelete(user.id, { actor: "ada", reason: "closed the account" });
  print(
    `${deletion.affected} root, ${deletion.total} rows, undo with ${typeof deletion.deletionId}`,
  );

  // Reading
  await users.find(); // active rows, as ever
  await users.withDeleted().find({ where: { email: "ada@example.com" } });
  await users.onlyDeleted().findAndCount({ order: { deletedAt: "DESC" }, take: 20 });
  await users
    .onlyDeleted()
    .createQueryBuilder("user")
    .where("user.email LIKE :a", { a: "a%" })
    .orWhere("user.email LIKE :b", { b: "b%" })
    .getMany(); // the OR does not escape the scope

  // Relations across scopes
  await posts.withDeleted({ relations: { author: true } }).find(); // authors even where they are deleted
  await users.onlyDeleted({ relations: { posts: { comments: true } } }).find(); // the trash as it was

  // Restoring a middle row
  try {
    await posts.restore(post.id);
  } catch (error) {
    if (!(error instanceof ParentDeletedError)) throw error;
    print(`refused: ${error.parents.map((parent) => parent.relation).join(", ")}`);
  }
  const restored = await posts.restore(post.id, { parents: "restore" });
  print(`restored ${JSON.stringify(restored.counts)}`);

  // Force delete
  await posts.softDelete(post.id);
  await posts.onlyDeleted().forceDelete({ title: "Notes" }); // never an active row
  const [oldest] = await posts.onlyDeleted().find({ order: { deletedAt: "ASC" }, take: 1 });
  if (oldest) await posts.onlyDeleted().forceRemove(oldest);

  // Criteria
  await posts.softDelete([7, 8, 9]); // any number of keys is one parameter
  await posts.softDelete({ author: { email: "eve@example.com" }, title: Not("Notes") });
  await users.softDelete({ posts: MoreThan(100) }); // with more than 100 active posts
  await posts.restore([{ author: IsNull() }, { author: [{ id: 7 }, { email: "bob" }] }]);

  // Purge
  const purged = await softDeletes.purge({ olderThan: "30d" });
  print(`purged ${purged.total}`);
  await users.purge({
    olderThan: new Date("2026-01-01"),
    where: { id: LessThan(1000) },
    batchSize: 500,
    onProgress: ({ total }) => print(`${total} so far`),
  });

  // Unique keys
  await dataSource
    .createQueryBuilder()
    .insert()
    .into(User)
    .values({ email: "ada@example.com", name: "Ada" })
    .orUpdate(["name"], ["email", "activeKey"]) // columns as the database has them
    .execute();
  print(`${await users.count()} user, ${(await users.findOneByOrFail({ id: user.id })).name}`);

  // Who and why
  await dataSource.manager.save(Document, {});
  await deletionContext.run({ actor: "ada", reason: "spring cleaning" }, async () => {
    await softDeletes.softDelete(Document, { id: LessThan(100) });
  });
  const [latest] = await softDeletes.deletions({ actor: "ada", restored: false, take: 20 });
  print(`${latest?.entity} by ${latest?.actor}: ${latest?.reason}`);
  const filter = { entity: Document, restored: false }; // what can be restored
  const total = await softDeletes.countDeletions(filter);
  const page = await softDeletes.deletions({ ...filter, take: 20 });
  print(`${page.length} of ${total}; the first holds ${JSON.stringify(page[0]?.left)}`);

  // Active Record
  Note.useDataSource(dataSource);
  const note = await Note.create({ text: "remember" }).save();
  await note.softRemove();
  const trash: Note[] = await Note.onlyDeleted().find();
  await trash[0]!.recover();

  // Check and settle
  for (const { severity, code, entity } of await softDeletes.check()) {
    print(`${severity}: ${code} (${entity})`);
  }
  const settled = await softDeletes.settle();
  print(`settled ${settled.total}`);
  print(`removed from search: ${removedFromSearch.length}`);
  // docs/operations.md
  const runner = dataSource.createQueryRunner("master");
  try {
    const deleted = await getSoftDeleteRepository(runner.manager, User).onlyDeleted().find();
    print(`on the primary: ${deleted.length} deleted`);
  } finally {
    await runner.release();
  }
  await dataSource.destroy();
}

if (require.main === module) void main();
