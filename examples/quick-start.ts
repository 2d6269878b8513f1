import "reflect-metadata";
import { Column, DataSource, Entity, Index, ManyToOne, PrimaryGeneratedColumn } from "typeorm";
import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteSubscriber,
} from "typeorm-soft-delete";

@Entity()
class User extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
}

@Entity()
class Post extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() title!: string;
  @Index() @ManyToOne(() => User) @OnSoftDelete("CASCADE") author!: User;
}

@Entity()
class Comment extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Index() @ManyToOne(() => Post) @OnSoftDelete("CASCADE") post!: Post;
}

export async function main(print: (line: string) => void = console.log): Promise<void> {
  const dataSource = await new DataSource({
    type: "better-sqlite3",
    database: ":memory:",
    synchronize: true,
    entities: [User, Post, Comment],
    subscribers: [SoftDeleteSubscriber],
  }).initialize();
  const { manager } = dataSource;
  const users = getSoftDeleteRepository(dataSource, User);
  const posts = getSoftDeleteRepository(dataSource, Post);

  const ada = await manager.save(User, { name: "Ada" });
  const [draft, essay] = await manager.save(Post, [
    { title: "Draft", author: ada },
    { title: "Essay", author: ada },
  ]);
  await manager.save(Comment, [{ post: draft! }, { post: essay! }, { post: essay! }]);

  // The draft goes first, by TypeORM's own call; then the author goes, with everything that is left.
  await dataSource.getRepository(Post).softDelete(draft!.id);
  const deletion = await users.softDelete(ada.id, { reason: "closed the account" });
  print(`deleted: ${JSON.stringify(deletion.counts)}`);
  print(`posts: ${await posts.count()} active, ${await posts.onlyDeleted().count()} deleted`);

  // Undone exactly: the draft was deleted before, and stays deleted.
  const undone = await users.restoreDeletion(deletion.deletionId!);
  print(`restored: ${JSON.stringify(undone.counts)}`);
  const titles = async (rows: Promise<Post[]>) => (await rows).map((post) => post.title).join(", ");
  print(`active: ${await titles(posts.find())}`);
  print(`deleted: ${await titles(posts.onlyDeleted().find())}`);
  await dataSource.destroy();
}

if (require.main === module) void main();
