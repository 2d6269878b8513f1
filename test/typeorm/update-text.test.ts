import {
  EventSubscriber,
  In,
  type BeforeQueryEvent,
  type EntitySubscriberInterface,
} from "typeorm";

import { conditionOf, updates } from "../../src/typeorm/update-text";
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
    return conditionOf(sent?.query ?? "", sent?.parameters ?? [])
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
      undefined,
      undefined,
    ],
  );

  it("does not understand what it cannot know for certain", () => {
    const of = (where: string, ...parameters: unknown[]) =>
      conditionOf(`UPDATE t SET a = 1 WHERE ${where}`, parameters);
    expect(of("name = 'back\\slash'")).toBeUndefined();
    expect(of("name = $tag$text$tag$")).toBeUndefined();
    expect(of("name = 'what?' AND id = ?", 1)).toBeUndefined();
    expect(of("name = ?")).toBeUndefined();
    expect(of("(name = ?", 1)).toBeUndefined();
    expect(of("name = 'open")).toBeUndefined();
    expect(of("a = 1 -- ?\n AND b = ? /* ) */ RETURNING x", 2)).toEqual([
      { text: " a = 1 \n AND b = ", value: 2 },
      { text: "  " },
    ]);
  });
});
