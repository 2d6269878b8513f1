/**
 * An `is_deleted` flag, and deleting by query: every match is soft-deleted, and the default query leaves it out.
 *
 * By hand: a query class of one's own that turns `delete()` into `UPDATE ... SET is_deleted = true` and adds
 * `WHERE NOT is_deleted` to everything it reads. Here the calls are TypeORM's own, on TypeORM's own repository; registering
 * the subscriber is all it takes for them to go together with the flag, the cascade and the undo.
 */
import "reflect-metadata";
import {
  Column,
  DataSource,
  type DataSourceOptions,
  Entity,
  Index,
  LessThan,
  ManyToOne,
  PrimaryGeneratedColumn,
} from "typeorm";
import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeleteSubscriber,
  withSoftDelete,
} from "typeorm-soft-delete";

/** Columns `deletedAt`, `deletionId` and `is_deleted`. */
const Deletable = withSoftDelete(undefined, { deletedFlag: { name: "is_deleted" } });

@Entity("messages")
export class Message extends Deletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() sender!: string;
  @Column() year!: number;
}

@Entity("attachments")
export class Attachment extends Deletable {
  @PrimaryGeneratedColumn() id!: number;
  @Index() @ManyToOne(() => Message) @OnSoftDelete("CASCADE") message!: Message;
}

const SQLITE: DataSourceOptions = { type: "better-sqlite3", database: ":memory:" };

export async function main(
  database: DataSourceOptions = SQLITE,
  print: (line: string) => void = console.log,
): Promise<void> {
  const dataSource = await new DataSource({
    ...database,
    synchronize: true,
    entities: [Message, Attachment],
    subscribers: [SoftDeleteSubscriber],
  }).initialize();
  const messages = dataSource.getRepository(Message);
  const attachments = dataSource.getRepository(Attachment);
  const count = async (): Promise<string> =>
    `${await messages.count()} messages, ${await attachments.count()} attachments`;

  const saved = await messages.save([
    { sender: "Ada", year: 2019 },
    { sender: "Ada", year: 2024 },
    { sender: "Grace", year: 2019 },
    { sender: "Grace", year: 2024 },
    { sender: "Spam", year: 2023 },
    { sender: "Spam", year: 2024 },
  ]);
  await attachments.save(saved.map((message) => ({ message })));
  print(`at first: ${await count()}`);

  // By criteria: every match, and what hangs below it.
  await messages.softDelete({ sender: "Spam" });
  print(`without spam: ${await count()}`);

  // By the query builder.
  await messages.createQueryBuilder().softDelete().where("year < :year", { year: 2020 }).execute();
  print(`without the old ones: ${await count()}`);

  // The default query leaves them out, whatever it asks for, in a query builder as well.
  print(`by Spam: ${await messages.countBy({ sender: "Spam" })}`);
  const left = await messages.createQueryBuilder("message").orderBy("message.id").getMany();
  print(`left: ${left.map(({ sender, year }) => `${sender} ${year}`).join(", ")}`);
  print(`with deleted: ${await messages.count({ withDeleted: true })}`);

  // A flag for those who read the tables in SQL, in step in both.
  for (const { name, repository } of [
    { name: "messages", repository: messages },
    { name: "attachments", repository: attachments },
  ]) {
    const flagged = repository.count({ where: { deletedFlag: true }, withDeleted: true });
    print(`is_deleted in ${name}: ${await flagged}`);
  }

  // Only those that are deleted, and back with what was deleted along with them.
  const trash = getSoftDeleteRepository(dataSource, Message).onlyDeleted();
  print(`old and deleted: ${await trash.countBy({ year: LessThan(2020) })}`);
  await messages.restore({ year: LessThan(2020) });
  print(`with the old ones: ${await count()}`);
  await dataSource.destroy();
}

if (require.main === module) void main();
