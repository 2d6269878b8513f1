// Plain JavaScript as an ES module.
import "reflect-metadata";
import { DataSource, EntitySchema } from "typeorm";
import {
  getSoftDeleteRepository,
  softDeleteSchema,
  softDeleteSchemaColumns,
  SoftDeleteSubscriber,
} from "typeorm-soft-delete";

const id = { type: Number, primary: true, generated: true };
const User = softDeleteSchema(
  new EntitySchema({ name: "User", columns: { id, ...softDeleteSchemaColumns } }),
);
const Post = softDeleteSchema(
  new EntitySchema({
    name: "Post",
    columns: { id, ...softDeleteSchemaColumns },
    relations: { author: { type: "many-to-one", target: "User" } },
  }),
  { policies: { author: "CASCADE" } },
);

const dataSource = new DataSource({
  type: "better-sqlite3",
  database: ":memory:",
  synchronize: true,
  entities: [User, Post],
  subscribers: [SoftDeleteSubscriber],
});
await dataSource.initialize();
const users = getSoftDeleteRepository(dataSource, User);
const posts = getSoftDeleteRepository(dataSource, Post);
const author = await users.save({});
await posts.save([{ author }, { author }]);

const { counts, deletionId } = await users.softDelete(author.id);
const during = [await users.count(), await posts.count()];
await users.restoreDeletion(deletionId);
const after = [await users.count(), await posts.count()];

console.log(JSON.stringify({ counts, during, after }));
await dataSource.destroy();
