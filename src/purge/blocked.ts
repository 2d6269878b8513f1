import { dialectOf } from "../sql";
import { and, or, sql, type Sql } from "../sql/sql";
import { isOf, slots, type Walk } from "../sql/walk";
import type { SoftDeleteTable } from "../plan/table";
import type { Reference } from "../plan/references";
import type { PurgeWork } from "./work";
import { walkExpression } from "../sql/walk-expression";
import { joined } from "../sql/edge-conditions";

/** The rows that have to stay because a row that stays refers to them, directly or by way of others: found by the database. */
export class BlockedRows {
  readonly #walk: Walk | undefined;

  constructor(
    private readonly work: PurgeWork,
    private readonly tables: readonly SoftDeleteTable[],
  ) {
    const { names } = this.#dialect;
    const seeds = tables.flatMap((table) => {
      const ways = work.references
        .to(table)
        .map(
          (reference) =>
            sql`EXISTS (SELECT 1 FROM ${names.table(reference.child)} r WHERE ${joined(names, reference, "r", "c")} AND ${this.#stays("r", reference)})`,
        );
      if (ways.length === 0) return [];
      return [{ table, rest: sql`WHERE ${and(work.scope.has("c", table), or(...ways))}` }];
    });
    const steps = work.references
      .within(tables)
      .map((edge) => ({ edge, where: work.scope.hasFound("c", edge.parent) }));
    if (seeds.length > 0) {
      const namesOthers = work.scope.isLimited;
      this.#walk = { name: "sd_blocked", tables, seeds, steps, upwards: true, namesOthers };
    }
  }

  /** What has to stand before a SELECT that names these rows. */
  get expressions(): Sql[] {
    return this.#walk ? [walkExpression(this.#dialect, this.#walk)] : [];
  }

  /** `FROM ...` of their primary keys in one table. */
  from(table: SoftDeleteTable): Sql {
    const walk = this.#walk;
    if (!walk) {
      const none = sql`FROM ${this.#dialect.names.table(table)} n WHERE 1 = 0`;
      return sql`(SELECT ${this.#dialect.names.list("n", table.primary)} ${none}) b`;
    }
    return sql`(SELECT DISTINCT ${slots(walk, table).join(", ")} FROM sd_blocked WHERE ${isOf(walk, table)}) b`;
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
    const inside = this.tables.find((table) => table === child);
    return inside ? this.work.scope.hasNot(alias, inside) : sql`1 = 1`;
  }

  get #dialect() {
    return dialectOf(this.work.manager.dataSource);
  }
}
