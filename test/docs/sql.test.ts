import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import {
  Column,
  Entity,
  Index,
  ManyToOne,
  PrimaryGeneratedColumn,
  type DataSource,
  type EntityTarget,
} from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteManager,
  SoftDeleteSubscriber,
  UniqueActive,
} from "../../src";
import { describeEachDatabase, statementsOf, type DatabaseName } from "../harness";

@Entity()
class User extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  name!: string;
}

@Entity()
class Post extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Index()
  @ManyToOne(() => User)
  @OnSoftDelete("CASCADE")
  author!: User;
}

@Entity()
class Category extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Index()
  @ManyToOne(() => Category)
  @OnSoftDelete("CASCADE")
  parent!: Category | null;
}

@Entity()
class Account extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ length: 100 })
  @UniqueActive()
  email!: string;
}

const FILE = join(__dirname, "../../docs/sql.md");
const OLD = new Date("2020-01-01");
const TITLES: Record<DatabaseName, string> = {
  postgres: "PostgreSQL",
  "better-sqlite3": "SQLite",
  mysql: "MySQL and MariaDB",
};

/**
 * Writes down what each operation emits, and holds docs/sql.md to it. After a change that is meant:
 * `UPDATE_DOCS=1 npm test -- test/docs`.
 */
describeEachDatabase("docs/sql.md", (database) => {
  it("shows the statements that are emitted", async () => {
    const ds = await database.open([User, Post, Category], { subscribers: [SoftDeleteSubscriber] });
    const operations = await describeOperations(ds);
    await ds.destroy();
    // TypeORM writes generated columns as MariaDB takes them under this type alone.
    const own = database.server === "mariadb" ? ({ type: "mariadb" } as const) : {};
    const unique = await describeUnique(await database.open([Account], own));
    // The page shows what MariaDB is sent: it has a type for UUIDs, and its generated columns take no NULL.
    const shown = unique
      .replace("`deletionId` varchar(255)", "`deletionId` uuid")
      .replace("STORED NULL", "STORED");
    const parts = [...operations, shown];
    const section = `## ${TITLES[database.name]}\n\n${parts.join("\n")}`;
    const title = `## ${TITLES[database.name]}\n`;
    if (process.env["UPDATE_DOCS"]) {
      const [head, ...others] = readFileSync(FILE, "utf8").split(/^(?=## )/m);
      const kept = others
        .filter((other) => !other.startsWith(title))
        .map((other) => other.trimEnd());
      writeFileSync(FILE, [head!.trimEnd(), ...kept, section.trimEnd()].join("\n\n") + "\n");
    }
    expect(readFileSync(FILE, "utf8")).toContain(section.trimEnd());
  });
});

interface Operation {
  readonly title: string;
  /** What has to be there, and is not shown. */
  readonly prepare?: () => Promise<unknown>;
  readonly run: () => Promise<unknown>;
}

async function describeOperations(ds: DataSource): Promise<string[]> {
  const soft = new SoftDeleteManager(ds);
  const user = await ds.manager.save(User, { name: "a" });
  const [post] = await ds.manager.save(Post, [{ author: user }, { author: user }]);
  const root = await ds.manager.save(ds.manager.create(Category));
  await ds.manager.save(ds.manager.create(Category, { parent: root }));
  const backdate = (entity: EntityTarget<SoftDeletable>): Promise<unknown> =>
    ds.createQueryBuilder().update(entity).set({ deletedAt: OLD }).where("1 = 1").execute();
  let deletionId = "";
  const deleteUser = async (): Promise<void> => {
    deletionId = (await soft.softDelete(User, user.id)).deletionId!;
  };
  const deleteApart = async (): Promise<void> => {
    await soft.softDelete(Post, post!.id);
    await deleteUser();
  };
  const operations: Operation[] = [
    { title: "previewSoftDelete(User, id)", run: () => soft.previewSoftDelete(User, user.id) },
    { title: "softDelete(User, id)", run: deleteUser },
    {
      title: "restoreDeletion(deletionId)",
      run: () => soft.restoreDeletion(deletionId),
    },
    {
      title: "dataSource.getRepository(User).softDelete(id), with the subscriber",
      run: () => ds.manager.softDelete(User, user.id),
    },
    { title: "restore(User, id)", run: () => soft.restore(User, user.id) },
    {
      title: 'restore(Post, id, { parents: "restore" }), its author deleted later',
      prepare: deleteApart,
      run: () => soft.restore(Post, post!.id, { parents: "restore" }),
    },
    {
      title: 'restore(Post, id, { parents: "hand-over" }), its author deleted later',
      prepare: deleteApart,
      run: () => soft.restore(Post, post!.id, { parents: "hand-over" }),
    },
    {
      title: "softDelete(Category, id), a tree",
      prepare: () => soft.restoreDeletion(deletionId),
      run: () => soft.softDelete(Category, root.id),
    },
    {
      title: "restore(Category, id), a tree",
      run: () => soft.restore(Category, root.id),
    },
    {
      title: 'onlyDeleted().find({ order: { deletedAt: "DESC" }, take: 20 })',
      prepare: deleteUser,
      run: () =>
        getSoftDeleteRepository(ds, Post)
          .onlyDeleted()
          .find({ order: { deletedAt: "DESC" }, take: 20 }),
    },
    {
      title: 'purge(User, { olderThan: "30d" })',
      prepare: async () => {
        await backdate(User);
        await backdate(Post);
      },
      run: () => soft.purge(User, { olderThan: "30d" }),
    },
    {
      title: "forceDelete(User, id)",
      prepare: async () => {
        await ds.manager.save(User, user);
        await ds.manager.save(Post, { author: user });
      },
      run: () => soft.forceDelete(User, user.id),
    },
    {
      title: "settle(User), of rows that TypeORM alone has deleted",
      prepare: async () => {
        await ds.manager.insert(User, { name: "b" });
        await ds
          .createQueryBuilder()
          .update(User)
          .set({ deletedAt: OLD })
          .callListeners(false)
          .execute();
      },
      run: () => soft.settle(User),
    },
    { title: "check()", run: () => soft.check() },
  ];
  const parts: string[] = [];
  for (const { title, prepare, run } of operations) {
    await prepare?.();
    const statements = await statementsOf(ds, async () => {
      await run();
    });
    parts.push(
      part(
        title,
        statements.filter((statement) => !READS_SCHEMA.test(statement)),
      ),
    );
  }
  return parts;
}

// How TypeORM reads the tables that are there, and the version, for check().
const READS_SCHEMA =
  /information_schema|pg_catalog|pg_class|pg_constraint|PRAGMA|sqlite_master|SELECT (VERSION|DATABASE)|current_(schema|database)|SHOW /i;

/** What `synchronize` and `migration:generate` write for a unique key. */
async function describeUnique(ds: DataSource): Promise<string> {
  await ds.query(`DROP TABLE ${ds.driver.escape("account")}`);
  const { upQueries } = await ds.driver.createSchemaBuilder().log();
  const own = upQueries
    .map(({ query }) => query)
    .filter((query) => !query.includes("typeorm_metadata"));
  return part("@UniqueActive() on Account.email, as a migration", own);
}

function part(title: string, statements: readonly string[]): string {
  const lines = statements.map((statement) => {
    const text = statement.replaceAll(/\s+/g, " ").trim();
    return text.endsWith(";") ? text : `${text};`;
  });
  return `### ${title}\n\n\`\`\`sql\n${lines.join("\n")}\n\`\`\`\n`;
}
