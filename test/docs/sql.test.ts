import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Column, Entity, Index, ManyToOne, PrimaryGeneratedColumn, type DataSource } from "typeorm";

import { OnSoftDelete, SoftDeletable, SoftDeleteManager, SoftDeleteSubscriber } from "../../src";
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

const FILE = join(__dirname, "../../docs/sql.md");
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
    const section = `## ${TITLES[database.name]}\n\n${await describeStatements(ds)}`;
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

async function describeStatements(ds: DataSource): Promise<string> {
  const soft = new SoftDeleteManager(ds);
  const user = await ds.manager.save(User, { name: "a" });
  await ds.manager.save(Post, [{ author: user }, { author: user }]);
  const root = await ds.manager.save(ds.manager.create(Category));
  await ds.manager.save(ds.manager.create(Category, { parent: root }));
  let deletionId = "";
  const operations: [title: string, run: () => Promise<unknown>][] = [
    ["previewSoftDelete(User, id)", () => soft.previewSoftDelete(User, user.id)],
    [
      "softDelete(User, id)",
      async () => (deletionId = (await soft.softDelete(User, user.id)).deletionId!),
    ],
    ["restoreDeletion(deletionId)", () => soft.restoreDeletion(deletionId)],
    [
      "dataSource.getRepository(User).softDelete(id), with the subscriber",
      () => ds.manager.softDelete(User, user.id),
    ],
    ["restore(User, id)", () => soft.restore(User, user.id)],
    ["softDelete(Category, id), a tree", () => soft.softDelete(Category, root.id)],
    ["restore(Category, id), a tree", () => soft.restore(Category, root.id)],
    ["forceDelete(User, id)", () => soft.forceDelete(User, user.id)],
  ];
  const parts: string[] = [];
  for (const [title, run] of operations) {
    const statements = await statementsOf(ds, async () => {
      await run();
    });
    const lines = statements.map((statement) => `${statement.replaceAll(/\s+/g, " ").trim()};`);
    parts.push(`### ${title}\n\n\`\`\`sql\n${lines.join("\n")}\n\`\`\`\n`);
  }
  return parts.join("\n");
}
