import { and, filter, or, sql, type Sql } from "../sql/sql";
import type { SoftDeleteEdge } from "../plan/edge";
import type { SoftDeleteTable } from "../plan/table";
import type { Session } from "../session/session";
import { joined } from "../sql/edge-conditions";
import { hasNoDeletion } from "../sql/state";
import { lockByWriting, locksByWriting } from "./lock-by-writing";

/** The rows that carry one of some deletion ids: what an operation works on. */
export class Members {
  constructor(
    private readonly session: Session,
    readonly ids: readonly string[],
  ) {}

  /** A row of the table, by its alias, is one of them. */
  has(alias: string, table: SoftDeleteTable): Sql {
    const { dialect } = this.session;
    return dialect.anyOf(dialect.names.of(alias, table.softDelete.deletionId), this.ids);
  }

  /** A row of the table, by its alias, is none of them. */
  hasNot(alias: string, table: SoftDeleteTable): Sql {
    const { names } = this.session.dialect;
    return or(hasNoDeletion(names, alias, table), sql`NOT ${this.has(alias, table)}`);
  }

  /** The tables in which there are any: one statement. */
  async tables(): Promise<SoftDeleteTable[]> {
    const { graph, dialect } = this.session;
    const selects = graph.softDeletable.map(
      (table, index) =>
        sql`SELECT * FROM (SELECT ${String(index)} AS i FROM ${dialect.names.table(table)} c WHERE ${this.has("c", table)} LIMIT 1${this.session.currentRead}) t${String(index)}`,
    );
    const found: SoftDeleteTable[] = [];
    for (let at = 0; at < selects.length; at += TABLES_PER_STATEMENT) {
      const some = selects.slice(at, at + TABLES_PER_STATEMENT);
      const union = some.reduce((all, select) => sql`${all} UNION ALL ${select}`);
      // MySQL takes a number in a UNION for a BIGINT, which arrives as text.
      for (const { i } of await this.session.select<{ i: string | number }>(union)) {
        const table = graph.softDeletable[Number(i)];
        if (table) found.push(table);
      }
    }
    return found;
  }

  /** How many there are in a table. */
  async count(table: SoftDeleteTable): Promise<number> {
    const { names } = this.session.dialect;
    const [row] = await this.session.select<{ n: string | number }>(
      sql`SELECT COUNT(*) AS n FROM ${names.table(table)} c WHERE ${this.has("c", table)}${this.session.currentRead}`,
    );
    return Number(row?.n ?? 0);
  }

  /** How many of them in a table hang by none of the others. */
  async countTops(table: SoftDeleteTable): Promise<number> {
    const edges = this.session.graph.parentEdges(table);
    if (edges.length === 0) return this.count(table);
    const statement = this.session.dialect.countOrphans({
      target: table,
      where: this.has("c", table),
      edges,
      related: (alias, parent) => this.has(alias, parent),
    });
    const [row] = await this.session.select<{ n: string | number }>(
      sql`${statement}${this.session.currentRead}`,
    );
    return Number(row?.n ?? 0);
  }

  /**
   * How many of them, in each of the tables, hang by none of the others. Locks those by which others hang first, so that
   * the answer holds until they are written.
   */
  async countAllTops(
    tables: readonly SoftDeleteTable[],
  ): Promise<ReadonlyMap<SoftDeleteTable, number>> {
    const { graph } = this.session;
    const tops = new Map<SoftDeleteTable, number>();
    for (const table of graph.below(tables).flatMap((group) => group.tables)) {
      if (!tables.includes(table)) continue;
      if (graph.childEdges(table).some((edge) => tables.includes(edge.child)))
        await this.lock(table);
      if (graph.parentEdges(table).length > 0) tops.set(table, await this.countTops(table));
    }
    return tops;
  }

  /** A condition on `c`: it hangs by none of them. */
  isTop(table: SoftDeleteTable): Sql {
    const { names } = this.session.dialect;
    const orphaned = this.session.graph
      .parentEdges(table)
      .map(
        (edge) =>
          sql`NOT EXISTS (SELECT 1 FROM ${names.table(edge.parent)} p WHERE ${joined(names, edge, "c", "p")} AND ${this.has("p", edge.parent)})`,
      );
    return and("1 = 1", ...orphaned);
  }

  /** Locks them in a table against other writers. */
  async lock(table: SoftDeleteTable): Promise<void> {
    const { names, updateLock } = this.session.dialect;
    if (updateLock === "") return;
    await this.session.select(
      sql`SELECT COUNT(*) FROM (SELECT 1 FROM ${names.table(table)} c WHERE ${this.has("c", table)}${updateLock}) locked`,
    );
  }

  /**
   * Locks the parents, over an edge, that are not among them, so that an active one cannot be deleted before the
   * operation ends. Returns how many of those parents are deleted.
   */
  async lockParents(edge: SoftDeleteEdge): Promise<number> {
    if (await locksByWriting(this.session)) {
      await lockByWriting(this.session, edge.parent, (set, where) =>
        this.session.dialect.updateByRelated({
          edge,
          end: "parent",
          set,
          where: filter(where),
          relatedWhere: this.has("p", edge.child),
        }),
      );
    }
    const statement = this.session.dialect.countDeletedParents({
      edge,
      childWhere: this.has("c", edge.child),
      parentWhere: this.hasNot("p", edge.parent),
    });
    const [row] = await this.session.select<{ n: string | number }>(statement);
    return Number(row?.n ?? 0);
  }
}

const TABLES_PER_STATEMENT = 200;

/** A condition that a column holds the given id. @internal */
export function carries(session: Session, alias: string, table: SoftDeleteTable, id: string): Sql {
  const { dialect } = session;
  return dialect.anyOf(dialect.names.of(alias, table.softDelete.deletionId), [id]);
}
