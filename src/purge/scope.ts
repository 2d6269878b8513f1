import type { DataSource } from "typeorm";

import { dialectOf } from "../sql";
import type { Dialect } from "../sql/dialect";
import { and, bind, filter, join, or, sql, type Sql } from "../sql/sql";
import type { NamedRows } from "../rows/named-rows";
import { firstDeletionId } from "../rows/deletion-id";
import { isOf, slots, type Walk } from "../sql/walk";
import type { SoftDeleteEdge } from "../plan/edge";
import type { Group } from "../plan/groups";
import type { Reference } from "../plan/references";
import { SoftDeleteGraph } from "../plan/soft-delete-graph";
import type { SoftDeleteTable, Table } from "../plan/table";
import { walkExpression } from "../sql/walk-expression";
import { columnsAt, kindOf } from "../sql/edge-conditions";
import { isActive, isOfSoftDeletableKind } from "../sql/state";
import { toDatabase } from "../typeorm/column-values";

/** The rows `c` of one entity that the caller asked for. */
export type PurgeRoot = Pick<NamedRows, "table" | "conditions" | "asked">;

// So far apart are the dates that the first and the last time zone have for one moment, in columns that know no zone.
const ZONES = 26 * 3_600_000;

/**
 * Which rows a purge may remove: those deleted before the cutoff, of some tables, perhaps only below some rows. By the time
 * of the deletion id, which is exact whatever the time zones of processes and columns; rows without one go by their date.
 */
export class PurgeScope {
  readonly #dialect: Dialect;
  readonly #plan: readonly Group[];
  readonly #walks = new Map<Group, Walk>();
  #aliases = 0;

  constructor(
    private readonly dataSource: DataSource,
    readonly tables: readonly SoftDeleteTable[],
    private readonly cutoff: Date,
    private readonly root: PurgeRoot | undefined,
  ) {
    this.#dialect = dialectOf(dataSource);
    this.#plan = root ? SoftDeleteGraph.of(dataSource).plan([root.table]).groups : [];
    for (const group of this.#plan) {
      if (group.inner.length > 0) this.#walks.set(group, this.#walk(group));
    }
  }

  /** Whether it is a part of the tables' rows that the caller asked for. */
  get isLimited(): boolean {
    return this.root !== undefined;
  }

  /** The criteria that the caller gave, where the database may refuse them. */
  get asked(): PurgeRoot["asked"] {
    return this.root?.asked;
  }

  /** The edges over which rows are below those that the caller asked for. */
  get ways(): readonly SoftDeleteEdge[] {
    return this.#plan.flatMap((group) => [...group.inner, ...group.incoming]);
  }

  /** Whether rows are in the scope by way of those that refer to them, and lose it when these go. */
  isLostBy({ parent, child, on }: Reference): boolean {
    return this.ways.some(
      (way) =>
        way.parent === child &&
        way.child === parent &&
        way.on.every((pair) =>
          on.some((one) => one.parent === pair.child && one.child === pair.parent),
        ),
    );
  }

  /** What has to stand before a SELECT that names {@link has} or {@link hasNot}. */
  get expressions(): Sql[] {
    return [...this.#walks.values()].map((walk) => walkExpression(this.#dialect, walk));
  }

  /** A SELECT, behind its common table expressions. */
  select(body: Sql, further: readonly Sql[] = []): Sql {
    const expressions = [...this.expressions, ...further];
    return expressions.length === 0
      ? sql`SELECT ${body}`
      : this.#dialect.selectWith(join(expressions, ", "), body);
  }

  /** Whether rows of the table may be removed at all. */
  covers(table: Table): table is SoftDeleteTable {
    return this.tables.some((own) => own === table);
  }

  /** A row may be removed, as far as it goes by itself. */
  has(alias: string, table: SoftDeleteTable): Sql {
    return this.#has(alias, table, (expired) => expired);
  }

  /** The same of rows that are found by their keys, or by those of others. */
  hasFound(alias: string, table: SoftDeleteTable): Sql {
    return this.#has(alias, table, (expired) => this.#dialect.foundByKey(expired));
  }

  #has(alias: string, table: SoftDeleteTable, as: (expired: Sql) => Sql): Sql {
    const { names } = this.#dialect;
    const deletedAt = names.of(alias, table.softDelete.deletedAt);
    const id = names.of(alias, table.softDelete.deletionId);
    // The index goes by the date, and the deletion id decides.
    const expired = as(
      and(
        sql`${deletedAt} < ${this.#date(table, ZONES)}`,
        filter(
          or(
            sql`${id} < ${this.#firstId(table)}`,
            sql`${id} IS NULL AND ${deletedAt} < ${this.#date(table)}`,
          ),
        ),
      ),
    );
    const ofKind = isOfSoftDeletableKind(this.#dialect.names, alias, table);
    const below = this.#below(alias, table);
    const further = below ? [...ofKind, below] : ofKind;
    return further.length > 0 ? and(expired, ...further) : expired;
  }

  /** A row stays. */
  hasNot(alias: string, table: SoftDeleteTable): Sql {
    const deletedAt = this.#dialect.names.of(alias, table.softDelete.deletedAt);
    const id = this.#dialect.names.of(alias, table.softDelete.deletionId);
    const below = this.#below(alias, table);
    return or(
      isActive(this.#dialect.names, alias, table),
      sql`${deletedAt} >= ${this.#date(table, ZONES)}`,
      sql`${id} >= ${this.#firstId(table)}`,
      sql`${id} IS NULL AND ${deletedAt} >= ${this.#date(table)}`,
      ...isOfSoftDeletableKind(this.#dialect.names, alias, table).map((one) => sql`NOT (${one})`),
      // Of a row without a parent it is neither true nor false.
      ...(below ? [sql`${below} IS NOT TRUE`] : []),
    );
  }

  /** The first deletion id of the cutoff. */
  #firstId({ softDelete }: SoftDeleteTable): Sql {
    return this.#dialect.typed(softDelete.deletionId, bind(firstDeletionId(this.cutoff)));
  }

  /** The cutoff, or a moment behind it, as a date. */
  #date(table: SoftDeleteTable, behind = 0): Sql {
    const { deletedAt } = table.softDelete;
    const moment = new Date(this.cutoff.getTime() + behind);
    const value = toDatabase(this.dataSource, deletedAt, moment);
    // SQLite compares text, and TypeORM's own soft delete writes no fraction of a second there.
    return bind(typeof value === "string" ? value.replace(/\.000$/, "") : value);
  }

  /** A row is one that the caller asked for, or hangs below one over `CASCADE` relations. */
  #below(alias: string, table: SoftDeleteTable): Sql | undefined {
    if (!this.root) return undefined;
    const group = this.#plan.find((one) => one.tables.includes(table));
    const walk = group && this.#walks.get(group);
    if (walk) {
      const keys = slots(walk, table).join(", ");
      return sql`(${this.#dialect.names.row(alias, table.primary)} IN (SELECT ${keys} FROM ${walk.name ?? ""} WHERE ${isOf(walk, table)}))`;
    }
    return this.#starts(alias, table, group?.incoming ?? []);
  }

  /** The same, over relations of other tables alone. */
  #starts(alias: string, table: SoftDeleteTable, incoming: readonly SoftDeleteEdge[]): Sql {
    const { names } = this.#dialect;
    const { root } = this;
    const ways: Sql[] = [];
    if (root?.table === table) {
      const asked = or(...root.conditions);
      const { primary } = table;
      const key = names.row(alias, primary);
      ways.push(
        alias === "c"
          ? asked
          : this.#dialect.lookup(
              sql`${key} IN (SELECT ${names.list("c", primary)} FROM ${names.table(table)} c WHERE ${asked})`,
            ),
      );
    }
    for (const edge of incoming) {
      if (edge.child !== table) continue;
      const above = `above${String(this.#aliases++)}`;
      const own = names.row(alias, columnsAt(edge, "child"));
      const theirs = names.list(above, columnsAt(edge, "parent"));
      const conditions = [
        this.#below(above, edge.parent) ?? "1 = 1",
        ...kindOf(names, edge, "parent", above),
      ];
      const rows = sql`${own} IN (SELECT ${theirs} FROM ${names.table(edge.parent)} ${above} WHERE ${join(conditions, " AND ")})`;
      // From the rows asked for to those below them, and not the other way round.
      const found = this.#dialect.lookup(rows);
      ways.push(join([found, ...kindOf(names, edge, "child", alias)], " AND "));
    }
    return or(...ways.map((way) => sql`(${way})`));
  }

  #walk(group: Group): Walk {
    return {
      name: `sd_below${String(this.#walks.size)}`,
      tables: group.tables,
      seeds: group.tables.map((table) => ({
        table,
        rest: sql`WHERE ${this.#starts("c", table, group.incoming)}`,
      })),
      steps: group.inner.map((edge) => ({ edge, where: sql`1 = 1` })),
    };
  }
}
