import {
  EventSubscriber,
  In,
  type BeforeQueryEvent,
  type EntitySubscriberInterface,
} from "typeorm";

import { conditionOf, isUnguarded, updates } from "../../src/typeorm/update-text";
import { describeEachDatabase } from "../harness";
import { Author, Book, openOnce, Tag } from "./entities";
import { leaning } from "./leaning";

let statements: { query: string; parameters: unknown[] }[] = [];

@EventSubscriber()
class Listening implements EntitySubscriberInterface {
  beforeQuery({ query, parameters }: BeforeQueryEvent): void {
    statements.push({ query, parameters: (parameters ?? []) as unknown[] });
  }
}

const AT = new Date("2024-02-03T04:05:06.000Z");

describeEachDatabase("update-text", (database) => {
  const opened = openOnce(database, [Author, Book, Tag], { subscribers: [Listening] });

  /** The condition of the one UPDATE that a call sends, with its values in their places, and names without quotes. */
  async function told(call: () => Promise<unknown>): Promise<string | undefined> {
    statements = [];
    await call();
    const metadata = opened.dataSource.getMetadata(Author);
    const [sent] = statements.filter(({ query }) =>
      updates(query, metadata, metadata.deleteDateColumn!),
    );
    return conditionOf(opened.dataSource, sent?.query ?? "", sent?.parameters ?? [])
      ?.map((piece, index, all) =>
        index < all.length - 1 ? `${piece.text}<${String(piece.value)}>` : piece.text,
      )
      .join("")
      .replaceAll(/["`]/g, "")
      .trim();
  }

  leaning("src/typeorm/update-text.ts", "src/native/statement-calls.ts").itStill(
    "writes an UPDATE whose condition ends it, but for RETURNING, ORDER BY and LIMIT",
    async () => {
      const { manager } = opened.dataSource;
      const authors = manager.getRepository(Author);
      const raw = "name = :name OR name = 'it''s RETURNING (' OR name = :name";
      return [
        await told(() => manager.softDelete(Author, { name: "a" })),
        await told(() => manager.restore(Author, { name: In(["a", "b"]) })),
        await told(() => manager.update(Author, { name: "a" }, { name: "b", deletedAt: AT })),
        await told(() =>
          authors
            .createQueryBuilder()
            .softDelete()
            .where(raw, { name: "c" })
            .comment("WHERE")
            .execute(),
        ),
        await told(() => authors.createQueryBuilder().update({ deletedAt: null }).execute()),
        await told(() => manager.update(Author, { name: "a" }, { name: "b" })),
      ];
    },
    [
      "name = <a> AND deletedAt IS NULL",
      "name IN (<a>, <b>) AND deletedAt IS NOT NULL",
      "name = <a>",
      "name = <c> OR name = 'it''s RETURNING (' OR name = <c> AND deletedAt IS NULL",
      "1 = 1",
      undefined,
    ],
  );

  it("does not understand what it cannot know for certain", () => {
    const type = database.name;
    const marks = type === "postgres" ? "$1" : "?";
    const of = (where: string, ...parameters: unknown[]) =>
      conditionOf(opened.dataSource, `UPDATE t SET a = 1 WHERE ${where}`, parameters);
    for (const where of [
      "name = 'back\\slash'",
      "name = $tag$text$tag$",
      "id < 5--3 AND id = 1",
      "id < 4 /*! AND id = 1 */",
      "id < 4 # AND id = 1",
      "id < 4 ORDER BY id LIMIT 1",
      "id < 4 LIMIT 1",
      "(name = 'a'",
      "name = 'open",
    ]) {
      expect([where, of(where)]).toEqual([where, undefined]);
    }
    expect(of(`name = ${marks}`)).toBeUndefined();
    expect(of(`t.limit = ${marks} RETURNING x`, 2)).toEqual([
      { text: " t.limit = ", value: 2 },
      { text: " " },
    ]);
    const question = of(`data ? 'a' AND name = 'what?' AND id = ${marks}`, 3);
    if (type !== "postgres") expect(question).toBeUndefined();
    else
      expect(question).toEqual([
        { text: " data ? 'a' AND name = 'what?' AND id = ", value: 3 },
        { text: "" },
      ]);
  });

  it("tells an OR that stands outside of all brackets", () => {
    const of = (where: string) => isUnguarded(`UPDATE t SET a = 1 WHERE ${where}`);
    expect(of("a = 1 OR b = 2 AND d IS NULL")).toBe(true);
    expect(of("(a = 1 OR b = 2) AND c = ' OR ' AND d IS NULL")).toBe(false);
    expect(of("a = 1 ORDER BY b")).toBe(true);
  });
});
