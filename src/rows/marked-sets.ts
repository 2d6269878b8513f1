import type { SoftDeleteTable, Table } from "../plan/table";
import type { Session } from "../session/session";
import { joined } from "../sql/edge-conditions";
import { sql, type Sql } from "../sql/sql";
import { carries, Members } from "./members";
import type { ReadableSets, SetEdge } from "./row-sets";

/** The rows of an operation, table by table, once all of them carry one id. */
export class MarkedSets implements ReadableSets {
  readonly #members: Members;

  constructor(
    private readonly session: Session,
    readonly tables: readonly SoftDeleteTable[],
    private readonly id: string,
  ) {
    this.#members = new Members(session, [id]);
  }

  select(body: Sql): Sql {
    return sql`SELECT ${body}`;
  }

  name(table: SoftDeleteTable): Sql {
    return sql`(SELECT c.* FROM ${this.session.dialect.names.table(table)} c WHERE ${carries(this.session, "c", table, this.id)})`;
  }

  excludes(table: Table): Sql {
    const own = this.tables.find((one) => one === table);
    return own ? this.#members.hasNot("c", own) : sql`1 = 1`;
  }

  childrenOver(edge: SetEdge): Sql {
    const { names } = this.session.dialect;
    return sql`${this.name(edge.parent)} p JOIN ${names.table(edge.child)} c ON ${joined(names, edge, "c", "p")}`;
  }
}
