// What somebody writes who has just installed the package. Compiled as CommonJS and as an ES module.
import "reflect-metadata";
import {
  Column,
  DataSource,
  Entity,
  EventSubscriber,
  Index,
  ManyToOne,
  PrimaryGeneratedColumn,
} from "typeorm";
import {
  deletionContext,
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeletableEntity,
  SoftDeleteError,
  type SoftDeleteEvent,
  SoftDeleteManager,
  type SoftDeleteResult,
  SoftDeleteSubscriber,
  withSoftDelete,
} from "typeorm-soft-delete";

@Entity()
class User extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
}

@Entity()
class Post extends withSoftDelete(undefined, { deletedBy: true }) {
  @PrimaryGeneratedColumn() id!: number;
  @Column() title!: string;
  @Index() @ManyToOne(() => User) @OnSoftDelete("CASCADE") author!: User;
}

@Entity()
class Note extends SoftDeletableEntity {
  @PrimaryGeneratedColumn() id!: number;
}

const heard: string[] = [];

@EventSubscriber()
class Listener extends SoftDeleteSubscriber {
  override afterSoftDelete(event: SoftDeleteEvent): void {
    heard.push(`${event.entity} ${event.total}`);
  }
}

async function main(): Promise<void> {
  const dataSource = new DataSource({
    type: "better-sqlite3",
    database: ":memory:",
    synchronize: true,
    entities: [User, Post, Note],
    subscribers: [Listener],
  });
  await dataSource.initialize();
  const users = getSoftDeleteRepository(dataSource, User);
  const posts = getSoftDeleteRepository(dataSource, Post);
  const author = await users.save({ name: "Ada" });
  await posts.save([
    { title: "One", author },
    { title: "Two", author },
  ]);

  const deletion: SoftDeleteResult = await deletionContext.run({ actor: "Ada" }, () =>
    users.softDelete({ name: "Ada" }),
  );
  const trash: Post[] = await posts.onlyDeleted().find();
  const deletedBy: (string | null)[] = trash.map((post) => post.deletedBy);
  const during = [await users.count(), await posts.count()];
  await users.restoreDeletion(deletion.deletionId!);

  // TypeORM's own call.
  await dataSource.getRepository(User).softDelete(author.id);
  const native = [await users.count(), await posts.count()];
  await dataSource.getRepository(User).restore(author.id);

  const note = await Note.create().save();
  await note.softRemove();
  const notes: Note[] = await Note.onlyDeleted().find();

  const code = await new SoftDeleteManager(dataSource)
    .softDelete(User, {})
    .catch((error: unknown) => (error instanceof SoftDeleteError ? error.code : "another error"));

  // @ts-expect-error The type of the criteria reaches the application.
  const wrong = (): Promise<unknown> => users.softDelete({ nickname: "Ada" });

  console.log(
    JSON.stringify({
      counts: deletion.counts,
      deletedBy,
      during,
      native,
      after: [await users.count(), await posts.count()],
      notes: [notes.length, notes[0] instanceof Note],
      code,
      heard,
      wrong: typeof wrong,
    }),
  );
  await dataSource.destroy();
}

void main();
