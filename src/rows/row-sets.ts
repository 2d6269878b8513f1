import { and, join, sql, type Sql } from "../sql/sql";
import { isOf, KIND, nameOf, slots, type Walk } from "../sql/walk";
import { isDense } from "../plan/density";
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

/** What rows hang by others over: an edge, or a reference. */
export type SetEdge = Pick<Edge, "parent" | "child" | "on" | "kinds">;

/** The rows of an operation, table by table, for reading. */
export interface ReadableSets {
  readonly tables: readonly SoftDeleteTable[];
  /** A SELECT of the sets. */
  select(body: Sql): Sql;
  /** The set of a table's rows, to stand behind FROM, with the table's own column names. */
  name(table: SoftDeleteTable): Sql | string;
  /** A condition on `c`: the row of the table is not in its set. */
  excludes(table: Table): Sql | string;
  /** Rows `c` that hang over an edge by rows `p` of the sets. */
  childrenOver(edge: SetEdge): Sql;
}

/**
 * The rows that an operation over a cascade plan comes to, table by table, as common table expressions: for reading them,
 * or deleting them, without marking them first.
 */
export class RowSets implements ReadableSets {
  /** The expressions, to stand behind WITH RECURSIVE. */
  readonly expressions: Sql;
  readonly tables: readonly SoftDeleteTable[];

  /** The one walk by which all of them are found, where they are too many to be found from each other. */
  readonly #whole: Walk | undefined;

  constructor(
    private readonly session: Session,
    private readonly root: SoftDeleteTable,
    /** A condition on the root rows `c`. */
    private readonly condition: Sql,
    private readonly plan: CascadePlan,
    private readonly state: RowState,
  ) {
    const { groups } = plan;
    this.tables = groups.flatMap((group) => group.tables);
    if (isDense(plan)) {
      const inner = groups.flatMap((group) => [...group.incoming, ...group.inner]);
      this.#whole = this.#walk({ tables: this.tables, inner, incoming: [] }, "sd_walk");
      this.expressions = walkExpression(session.dialect, this.#whole);
    } else {
      this.expressions = join(
        groups.map((group, index) => this.#expression(group, index)),
        ", ",
      );
    }
  }

  select(body: Sql): Sql {
    return this.session.dialect.selectWith(this.expressions, body);
  }

  /** What stands behind SELECT to read, as `i` and `n`, how many rows there are by the number of the table. */
  counts(): Sql[] {
    if (this.#whole)
      return [sql`${KIND} AS i, COUNT(*) AS n FROM ${nameOf(this.#whole)} GROUP BY ${KIND}`];
    return this.tables.map(
      (table, index) => sql`${String(index)} AS i, COUNT(*) AS n FROM ${this.name(table)}`,
    );
  }

  name(table: Table): string {
    const own = this.tables.find((one) => one === table);
    return this.#whole && own
      ? `(${this.#rowsOf(this.#whole, own)})`
      : `sd_${String(this.tables.indexOf(table as SoftDeleteTable))}`;
  }

  /** The primary keys of a table's set: to stand behind SELECT. */
  keys(table: Table): Sql {
    return sql`${this.session.dialect.names.list("s", table.primary)} FROM ${this.name(table)} s`;
  }

  excludes(table: Table): string {
    const own = this.tables.find((one) => one === table);
    if (!own) return "1 = 1";
    const { names } = this.session.dialect;
    const whole = this.#whole;
    const [from, columns] = whole
      ? [nameOf(whole), slots(whole, own).map((slot) => `x.${slot}`)]
      : [this.name(own), own.primary.map((column) => names.of("x", column))];
    const same = own.primary.map(
      (column, index) => `${columns[index] ?? ""} = ${names.of("c", column)}`,
    );
    if (whole) same.unshift(`x.${isOf(whole, own)}`);
    return `NOT EXISTS (SELECT 1 FROM ${from} x WHERE ${same.join(" AND ")})`;
  }

  childrenOver(edge: SetEdge): Sql {
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
      const sets = group.tables.map(
        (table) => sql`${this.name(table)} AS (${this.#rowsOf(walk, table)})`,
      );
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

  /** A SELECT of the rows of a table that a walk has reached. */
  #rowsOf(walk: Walk, table: SoftDeleteTable): string {
    const { names } = this.session.dialect;
    const keys = slots(walk, table);
    const on = table.primary.map((column, at) => `${names.of("c", column)} = w.${keys[at] ?? ""}`);
    const rows = `SELECT DISTINCT ${keys.join(", ")} FROM ${nameOf(walk)} WHERE ${isOf(walk, table)}`;
    return `SELECT ${names.list("c", this.#columns(table))} FROM (${rows}) w JOIN ${names.table(table)} c ON ${on.join(" AND ")}`;
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
