import { AsyncLocalStorage } from "node:async_hooks";

import {
  DeleteDateColumn,
  Entity,
  EventSubscriber,
  PrimaryColumn,
  UpdateDateColumn,
  VersionColumn,
  type DataSource,
  type EntitySubscriberInterface,
  type LoadEvent,
  type RecoverEvent,
  type SoftRemoveEvent,
  type TransactionCommitEvent,
  type TransactionRollbackEvent,
  type TransactionStartEvent,
  type UpdateEvent,
} from "typeorm";

import { describeEachDatabase, statementsOf } from "../harness";
import { Author, Book, openOnce, Tag } from "./entities";
import { leaning } from "./leaning";

const SUBSCRIBER = "src/native/soft-delete-subscriber.ts";
const HIDDEN = "src/native/guards/hidden-references.ts";

const context = new AsyncLocalStorage<string>();

let told: unknown[] = [];
/** What a hook does beside telling; none by default. */
let act: Partial<Record<"query" | "update" | "softRemoved", (event: never) => unknown>> = {};

@EventSubscriber()
class Listening implements EntitySubscriberInterface {
  beforeQuery({ query }: { query: string }): Promise<unknown> | undefined {
    return act.query?.(query as never) as Promise<unknown> | undefined;
  }
  beforeSoftRemove({ entity, metadata }: SoftRemoveEvent<Author>): void {
    told.push(`${metadata.name} ${String(entity?.id)} ${String(context.getStore())}`);
  }
  async afterSoftRemove(event: SoftRemoveEvent<Author>): Promise<void> {
    await act.softRemoved?.(event as never);
  }
  beforeRecover({ entity, metadata }: RecoverEvent<Author>): void {
    told.push(`${metadata.name} ${String(entity?.id)}`);
  }
  beforeUpdate(event: UpdateEvent<Author>): void {
    act.update?.(event as never);
  }
  afterLoad(object: object, event?: LoadEvent<object>): void {
    if (object instanceof Book) told.push(["loaded", object.author, event?.metadata.name]);
  }
  beforeTransactionStart({ queryRunner }: TransactionStartEvent): void {
    told.push(`starting, active ${String(queryRunner.isTransactionActive)}`);
  }
  afterTransactionStart({ queryRunner }: TransactionStartEvent): void {
    told.push(`started, active ${String(queryRunner.isTransactionActive)}`);
  }
  afterTransactionCommit({ queryRunner }: TransactionCommitEvent): void {
    told.push(`committed, active ${String(queryRunner.isTransactionActive)}`);
  }
  afterTransactionRollback({ queryRunner }: TransactionRollbackEvent): void {
    told.push(`rolled back, active ${String(queryRunner.isTransactionActive)}`);
  }
}

@Entity("versioned")
class Versioned {
  @PrimaryColumn() id!: number;
  @VersionColumn() version!: number;
  @UpdateDateColumn() updatedAt!: Date;
  @DeleteDateColumn() deletedAt!: Date | null;
}

async function fill({ manager }: DataSource): Promise<void> {
  await manager.deleteAll(Book);
  await manager.deleteAll(Author);
  for (const id of [1, 2]) {
    const books = [{ id, title: `book ${String(id)}` }];
    await manager.save(manager.create(Author, { id, name: `author ${String(id)}`, books }));
  }
}

describeEachDatabase("hooks", (database) => {
  const opened = openOnce(database, [Author, Book, Tag, Versioned], { subscribers: [Listening] });
  const foreignKey = async (): Promise<unknown> => {
    const column = database.name === "postgres" ? '"authorId"' : "authorId";
    const [row] = await opened.dataSource.query<{ id: unknown }[]>(
      `SELECT ${column} AS id FROM book_row WHERE id = 1`,
    );
    return row?.id;
  };
  beforeEach(async () => {
    act = {};
    await fill(opened.dataSource);
    told = [];
  });

  leaning(SUBSCRIBER, "src/native/guards/hard-delete.ts").itStill(
    "does not send a statement when beforeQuery throws",
    async () => {
      const { manager } = opened.dataSource;
      act.query = () => {
        throw new Error("vetoed");
      };
      const result = await manager.delete(Book, 1).catch((error: unknown) => String(error));
      act = {};
      return [result, await manager.countBy(Book, { id: 1 })];
    },
    ["Error: vetoed", 1],
  );

  // On SQLite since 1.1.1: TypeORM 1.0.0 and 1.1.0 send the statement meanwhile, and let a rejection end the process.
  leaning(
    "the waiting of statements for SQLite's one connection, once there is such a thing",
  ).itStill(
    "awaits beforeQuery before it sends a statement",
    async () => {
      const { manager } = opened.dataSource;
      act.query = async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        throw new Error("vetoed late");
      };
      const result = await manager.delete(Book, 1).catch((error: unknown) => String(error));
      act = {};
      return [result, await manager.countBy(Book, { id: 1 })];
    },
    ["Error: vetoed late", 1],
  );

  leaning(SUBSCRIBER, "src/record/deletion-context.ts").itStill(
    "calls the hooks in the caller's async context, before anything else has run in it",
    async () => {
      const { manager } = opened.dataSource;
      const seen = new Set<unknown>();
      act.query = () => seen.add(context.getStore());
      await context.run("the caller's", () => manager.softDelete(Author, 1));
      return [told.filter((one) => String(one).startsWith("Author")), [...seen]];
    },
    [["Author undefined the caller's"], ["the caller's"]],
  );

  leaning("src/native/reached-by-cascade.ts", "src/native/former-states.ts").itStill(
    "names the objects that were passed before those that its cascade has reached",
    async () => {
      const { manager } = opened.dataSource;
      const authors = await manager.find(Author, {
        relations: { books: true },
        order: { id: "ASC" },
      });
      await manager.softRemove(authors);
      told = [];
      await manager.recover(authors);
      return told.filter((one) => /^(Author|Book)/.test(String(one)));
    },
    ["Author 1", "Author 2", "Book 1", "Book 2"],
  );

  leaning("src/native/put-back.ts", "src/native/object-calls.ts").itStill(
    "has committed a softDelete() outside a transaction when its after-hook throws",
    async () => {
      const { manager } = opened.dataSource;
      act.softRemoved = () => Promise.reject(new Error("late"));
      const result = await manager.softDelete(Author, 1).catch((error: unknown) => String(error));
      act = {};
      return [result, await manager.countBy(Author, { id: 1 })];
    },
    ["Error: late", 0],
  );

  leaning("src/native/moved-rows.ts", "src/native/put-back.ts", "src/rows/assignments.ts").itStill(
    "stamps by the database's own clock, moves version and update date once, and leaves deleted rows alone",
    async () => {
      const { manager } = opened.dataSource;
      const statements = await statementsOf(opened.dataSource, async () => {
        await manager.softDelete(Versioned, 1);
        await manager.restore(Versioned, 1);
      });
      return statements.map((statement) =>
        statement
          .replaceAll(/["`]|CURRENT_TIMESTAMP\(6\)/g, (word) =>
            word.length > 1 ? "CURRENT_TIMESTAMP" : "",
          )
          .replace(/ WHERE .* AND /, " WHERE key AND "),
      );
    },
    [
      "UPDATE versioned SET deletedAt = CURRENT_TIMESTAMP, version = version + 1, updatedAt = CURRENT_TIMESTAMP WHERE key AND deletedAt IS NULL",
      "UPDATE versioned SET deletedAt = NULL, version = version + 1, updatedAt = CURRENT_TIMESTAMP WHERE key AND deletedAt IS NOT NULL",
    ],
  );

  leaning("src/record/commit-callbacks.ts").itStill(
    "tells the end of each savepoint as of a transaction",
    async () => {
      await opened.dataSource.transaction(async (outer) => {
        await outer.transaction(() => Promise.resolve());
        await outer.transaction(() => Promise.reject(new Error("undone"))).catch(() => undefined);
      });
      return told.filter((one) => !String(one).startsWith("starting"));
    },
    [
      "started, active true",
      "started, active true",
      "committed, active true",
      "started, active true",
      "rolled back, active true",
      "committed, active false",
    ],
  );

  leaning("src/typeorm/transactions.ts (which reads and sets isTransactionActive)").itStill(
    "says that a transaction is active already in beforeTransactionStart",
    async () => {
      await opened.dataSource.transaction(() => Promise.resolve());
      return told.slice(0, 2);
    },
    ["starting, active true", "started, active true"],
  );

  leaning(HIDDEN).itStill(
    "loads null for the soft-deleted target of a relation, and has set it before afterLoad",
    async () => {
      const { manager } = opened.dataSource;
      await manager.softDelete(Author, 1);
      told = [];
      await manager.findOne(Book, { where: { id: 1 }, relations: { author: true } });
      return told;
    },
    [["loaded", null, "Book"]],
  );

  leaning(`${HIDDEN} (of which there is no need any more)`).itStill(
    "writes the null, where it has loaded one for a soft-deleted target, when the object is saved",
    async () => {
      const { manager } = opened.dataSource;
      await manager.softDelete(Author, 1);
      const where = { id: 1 };
      const book = await manager.findOneOrFail(Book, { where, relations: { author: true } });
      book.title = "changed";
      await manager.save(book);
      return foreignKey();
    },
    null,
  );

  leaning(HIDDEN).itStill(
    "looks for the changes of an object anew after beforeUpdate, where it differs from the row in the event",
    async () => {
      const { manager } = opened.dataSource;
      await manager.softDelete(Author, 1);
      const book = await manager.findOneOrFail(Book, {
        where: { id: 1 },
        relations: { author: true },
      });
      book.title = "changed";
      // What hidden-references.ts does: the object gets its reference for the time of the save, and the row in the event
      // none.
      act.update = ({ entity, databaseEntity }: UpdateEvent<Book>) => {
        if (entity) entity["author"] = { id: 1 };
        databaseEntity.author = null;
      };
      const update = (await statementsOf(opened.dataSource, () => manager.save(book))).filter(
        (statement) => statement.startsWith("UPDATE"),
      );
      return [await foreignKey(), update.length];
    },
    [1, 1],
  );
});

describeEachDatabase("the first query", (database) => {
  leaning(SUBSCRIBER, "src/session/settings.ts").itStill(
    "passes through beforeQuery before any table is made, with all subscribers and entities known",
    async () => {
      act = {
        query: () => {
          throw new Error("refused at start");
        },
      };
      const refused = await database
        .open([Author, Book, Tag], { subscribers: [Listening], file: true })
        .catch((error: unknown) => String(error));
      act = {};
      const later = await database.connect([Author, Book, Tag]);
      const runner = later.createQueryRunner();
      const tables = await runner.getTables(["author_row", "book_row"]);
      await runner.release();
      return [refused, tables.length];
    },
    ["Error: refused at start", 0],
  );
});
