import { dialectOf } from "../sql";
import { and, join, or, sql, type Sql } from "../sql/sql";
import { isOf, KIND, nameOf, slots, type Walk } from "../sql/walk";
import type { SoftDeleteTable } from "../plan/table";
import type { Reference } from "../plan/references";
import type { Session } from "../session/session";
import type { PurgeWork } from "./work";
import { walkExpression } from "../sql/walk-expression";
import { joined } from "../sql/edge-conditions";

const TABLES_PER_STATEMENT = 50;

/** The rows that have to stay because a row that stays refers to them, directly or by way of others: found by the database. */
export class BlockedRows {
  readonly #walk: Walk | undefined;

  constructor(
    private readonly work: PurgeWork,
    /** Those of which it looks for rows. */
    private readonly tables: readonly SoftDeleteTable[],
    /** Those of which rows go, so that they need not stay for each other's sake. */
    private readonly going = tables,
  ) {
    const seeds = tables.flatMap((table) => {
      const held = this.#held(table);
      return held ? [{ table, rest: sql`WHERE ${held}` }] : [];
    });
    const steps = work.references
      .within(tables)
      .map((edge) => ({ edge, where: work.scope.hasFound("c", edge.parent) }));
    if (seeds.length > 0) {
      const namesOthers = work.scope.isLimited;
      this.#walk = { name: "sd_blocked", tables, seeds, steps, upwards: true, namesOthers };
    }
  }

  /** The same rows, looked for only in tables that can have any: one SELECT without a walk. */
  async narrowed(session: Session): Promise<BlockedRows> {
    const { names } = session.dialect;
    const held = this.tables.flatMap((table) => {
      const condition = this.#held(table);
      return condition ? [{ table, condition }] : [];
    });
    const found = new Set<SoftDeleteTable>();
    for (let at = 0; at < held.length; at += TABLES_PER_STATEMENT) {
      const some = held.slice(at, at + TABLES_PER_STATEMENT);
      const asks = some.map(
        ({ table, condition }, index) =>
          sql`CASE WHEN EXISTS (SELECT 1 FROM ${names.table(table)} c WHERE ${condition}) THEN 1 ELSE 0 END AS n${String(index)}`,
      );
      const [row] = await session.select(this.work.scope.select(join(asks, ", ")));
      for (const [index, { table }] of some.entries())
        if (Number(row?.[`n${String(index)}`]) === 1) found.add(table);
    }
    const references = this.work.references.within(this.tables);
    for (const table of found)
      for (const { child, parent } of references) if (child === table) found.add(parent);
    return new BlockedRows(this.work, [...found], this.going);
  }

  /** A condition on a row `c` that may go by itself: a row that stays refers to it. None where nothing can. */
  #held(table: SoftDeleteTable): Sql | undefined {
    const { names } = this.#dialect;
    const ways = this.work.references
      .to(table)
      .map(
        (reference) =>
          sql`EXISTS (SELECT 1 FROM ${names.table(reference.child)} r WHERE ${joined(names, reference, "r", "c")} AND ${this.#stays("r", reference)})`,
      );
    return ways.length > 0 ? and(this.work.scope.has("c", table), or(...ways)) : undefined;
  }

  /** What has to stand before a SELECT that names these rows. */
  get expressions(): Sql[] {
    return this.#walk ? [walkExpression(this.#dialect, this.#walk)] : [];
  }

  /** How many of them there are in each table: one SELECT. */
  async count(session: Session): Promise<ReadonlyMap<SoftDeleteTable, number>> {
    const counts = new Map<SoftDeleteTable, number>();
    if (!this.#walk) return counts;
    const rows = await session.select<{ i: string | number; n: string | number }>(
      this.work.scope.select(
        sql`${KIND} AS i, COUNT(*) AS n FROM ${nameOf(this.#walk)} GROUP BY ${KIND}`,
        this.expressions,
      ),
    );
    for (const { i, n } of rows) {
      const table = this.tables[Number(i)];
      if (table) counts.set(table, Number(n));
    }
    return counts;
  }

  /** A row is one of them. */
  has(alias: string, table: SoftDeleteTable): Sql {
    const walk = this.#walk;
    if (!walk) return sql`1 = 0`;
    const { names } = this.#dialect;
    return sql`${names.row(alias, table.primary)} IN (SELECT ${slots(walk, table).join(", ")} FROM sd_blocked WHERE ${isOf(walk, table)})`;
  }

  /** The row `r` that refers to another stays by itself. */
  #stays(alias: string, { child }: Reference): Sql {
    const inside = this.going.find((table) => table === child);
    return inside ? this.work.scope.hasNot(alias, inside) : sql`1 = 1`;
  }

  get #dialect() {
    return dialectOf(this.work.manager.dataSource);
  }
}
