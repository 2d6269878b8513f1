import { and, join, sql, type Sql } from "../sql/sql";
import { slots, type Walk } from "../sql/walk";
import type { Edge } from "../plan/edge";
import type { Group } from "../plan/groups";
import { References } from "../plan/references";
import type { CascadePlan } from "../plan/soft-delete-graph";
import type { SoftDeleteTable, Table } from "../plan/table";
import type { Session } from "../session/session";
import { walkExpression } from "../sql/walk-expression";
import { joined } from "../sql/edge-conditions";
import { isActive, isDeleted } from "../sql/state";
import type { Column } from "../typeorm/metadata";

/** Which rows an operation may touch at all. */
export type RowState = "active" | "deleted" | "any";

/**
 * The rows that an operation over a cascade plan comes to, table by table, as common table expressions: for reading them,
 * or deleting them, without marking them first.
 */
export class RowSets {
  /** The expressions, to stand behind WITH RECURSIVE. */
  readonly expressions: Sql;
  readonly tables: readonly SoftDeleteTable[];

  constructor(
    private readonly session: Session,
    private readonly root: SoftDeleteTable,
    /** A condition on the root rows `c`. */
    private readonly condition: Sql,
    private readonly plan: CascadePlan,
    private readonly state: RowState,
  ) {
    this.tables = plan.groups.flatMap((group) => group.tables);
    this.expressions = join(
      plan.groups.map((group, index) => this.#expression(group, index)),
      ", ",
    );
  }

  /** The name of the set of a table's rows, with the table's own column names. */
  name(table: Table): string {
    return `sd_${String(this.tables.indexOf(table as SoftDeleteTable))}`;
  }

  /** The primary keys of a table's set: to stand behind SELECT. */
  keys(table: Table): Sql {
    return sql`${this.session.dialect.names.list("s", table.primary)} FROM ${this.name(table)} s`;
  }

  /** A condition on `c`: the row of the table is not in its set. */
  excludes(table: Table): string {
    if (!this.tables.includes(table as SoftDeleteTable)) return "1 = 1";
    const { names } = this.session.dialect;
    const same = table.primary.map(
      (column) => `${names.of("x", column)} = ${names.of("c", column)}`,
    );
    return `NOT EXISTS (SELECT 1 FROM ${this.name(table)} x WHERE ${same.join(" AND ")})`;
  }

  /** Rows `c` that hang over an edge by rows `p` of the sets. */
  childrenOver(edge: Pick<Edge, "parent" | "child" | "on" | "kinds">): Sql {
    const { names } = this.session.dialect;
    return sql`${this.name(edge.parent)} p JOIN ${names.table(edge.child)} c ON ${joined(names, edge, "c", "p")}`;
  }

  /** What of a table is read: its key, and the columns by which others refer to it. */
  #columns(table: SoftDeleteTable): Column[] {
    const { graph, manager } = this.session;
    const references = References.of(manager.dataSource);
    const others = [
      ...graph.edges.filter((edge) => edge.parent === table),
      ...references.to(table),
      ...references.junctionsOf(table),
    ].flatMap((other) => [
      ...other.on.map((pair) => pair.parent),
      ...("kinds" in other ? other.kinds : [])
        .filter(({ end }) => end === "parent")
        .map(({ column }) => column),
    ]);
    const byName = new Map<string, Column>();
    for (const column of [...table.primary, ...others]) byName.set(column.databaseName, column);
    return [...byName.values()];
  }

  #expression(group: Group, index: number): Sql {
    const { names } = this.session.dialect;
    const walkName = `sd_walk${String(index)}`;
    if (group.inner.length > 0) {
      const walk = this.#walk(group, walkName);
      const sets = group.tables.map((table) => {
        const on = table.primary.map(
          (column, at) => `${names.of("c", column)} = w.${slots(walk, table)[at] ?? ""}`,
        );
        const rows = `SELECT DISTINCT ${slots(walk, table).join(", ")} FROM ${walkName} WHERE k = ${String(group.tables.indexOf(table))}`;
        return sql`${this.name(table)} AS (SELECT ${names.list("c", this.#columns(table))} FROM (${rows}) w JOIN ${names.table(table)} c ON ${on.join(" AND ")})`;
      });
      return join([walkExpression(this.session.dialect, walk), ...sets], ", ");
    }
    const sets = group.tables.map((table) => {
      const columns = names.list("c", this.#columns(table));
      const sources = group.incoming.map(
        (edge) =>
          sql`SELECT ${columns} FROM ${this.childrenOver(edge)} WHERE ${this.#foundInState(table)}`,
      );
      if (table === this.root) {
        sources.unshift(
          sql`SELECT ${columns} FROM ${names.table(table)} c WHERE ${and(this.condition, this.inState(table))}`,
        );
      }
      return sql`${this.name(table)} AS (${join(sources, " UNION ")})`;
    });
    return join(sets, ", ");
  }

  #walk(group: Group, name: string): Walk {
    const { names } = this.session.dialect;
    const seeds = group.incoming.map((edge) => ({
      table: edge.child,
      rest: sql`JOIN ${this.name(edge.parent)} p ON ${joined(names, edge, "c", "p")} WHERE ${this.#foundInState(edge.child)}`,
    }));
    if (group.tables.includes(this.root)) {
      seeds.unshift({
        table: this.root,
        rest: sql`WHERE ${and(this.condition, this.inState(this.root))}`,
      });
    }
    const steps = group.inner.map((edge) => ({ edge, where: this.#foundInState(edge.child) }));
    return { tables: group.tables, seeds, steps, name };
  }

  /** A condition on `c`: the row is in a state that the operation may touch. */
  inState(table: SoftDeleteTable): Sql | string {
    const { names } = this.session.dialect;
    if (this.state === "any") return "1 = 1";
    return this.state === "active" ? isActive(names, "c", table) : isDeleted(names, "c", table);
  }

  /** The same on rows that hang by others. */
  #foundInState(table: SoftDeleteTable): Sql {
    const inState = sql`${this.inState(table)}`;
    return this.state === "any" ? inState : this.session.dialect.foundByKey(inState);
  }
}
