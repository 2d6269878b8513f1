import { join, sql, type Sql } from "../sql/sql";
import { referring } from "../sql/referring";
import type { Assignment } from "../sql/statements";
import type { SoftDeleteEdge } from "../plan/edge";
import type { RemovalGroup } from "../plan/removal-order";
import { References } from "../plan/references";
import type { SoftDeleteTable } from "../plan/table";
import type { Column } from "../typeorm/metadata";
import { carries } from "../rows/members";
import type { Tally } from "../rows/tally";
import type { Session } from "../session/session";
import { tablesToMark } from "./tables-to-mark";
import { markOf, type StartedRemoval } from "./removal";
import type { Junction } from "../plan/compile-references";
import { looseColumns } from "../plan/loose-columns";

/** Removes all rows of a removal, in the order of {@link References.removalOrder}: one DELETE for each table. @internal */
export async function removeRows(
  session: Session,
  removal: StartedRemoval,
  tally: Tally,
): Promise<void> {
  await new RowRemover(session, removal).run(tally);
}

class RowRemover {
  readonly #references: References;
  readonly #order: readonly RemovalGroup[];
  readonly #marked: Set<SoftDeleteTable>;

  constructor(
    private readonly session: Session,
    private readonly removal: StartedRemoval,
  ) {
    this.#references = References.of(session.manager.dataSource);
    this.#order = this.#references.removalOrder(removal.sets.tables);
    this.#marked = new Set(removal.marked);
  }

  async run(tally: Tally): Promise<void> {
    const { plan } = this.removal;
    const tables = this.#order.flatMap((group) => group.tables);
    const cleared = looseColumns(this.#loose());
    const inSteps = this.#inSteps();
    for (const table of tablesToMark(plan, { tables, cleared, inSteps }))
      if (!this.#marked.has(table)) await this.#mark(table);
    for (const [table, columns] of cleared) await this.#clear(table, columns);
    for (const table of tables) {
      for (const junction of this.#references.junctionsOf(table))
        await this.#removeJunction(junction);
      if (inSteps.has(table)) await this.#removeLeaves(table, tally);
      tally.add(table.name, await this.session.execute(this.#delete(table)));
    }
  }

  /** What is let go of before. The rows of one table go in one statement, which may be all that the database checks. */
  #loose(): SoftDeleteEdge[] {
    const { checksAtEnd } = this.session.dialect;
    const loose = this.#order.flatMap((group) => group.loose);
    return checksAtEnd ? loose.filter((one) => one.parent !== one.child) : loose;
  }

  /** Tables whose rows refer to each other by columns that cannot be null, where each row is checked by itself. */
  #inSteps(): ReadonlySet<SoftDeleteTable> {
    if (this.session.dialect.checksAtEnd) return new Set();
    const firm = this.#order.flatMap((group) => group.firm);
    return new Set(firm.filter((one) => one.parent === one.child).map((one) => one.child));
  }

  async #mark(table: SoftDeleteTable): Promise<void> {
    const { sets, id } = this.removal;
    const mark = markOf(this.session, table, id);
    await this.session.execute(
      this.session.dialect.updateWith(sets.expressions, table, sets.keys(table), mark),
    );
    this.#marked.add(table);
  }

  async #clear(table: SoftDeleteTable, columns: readonly Column[]): Promise<void> {
    const { dialect } = this.session;
    const { sets } = this.removal;
    const set: Assignment[] = columns.map((column) => [column, sql`NULL`]);
    await this.session.execute(
      this.#marked.has(table)
        ? dialect.update({ target: table, set, where: this.#carries(table) })
        : dialect.updateWith(sets.expressions, table, sets.keys(table), set),
    );
  }

  #delete(table: SoftDeleteTable): Sql {
    const { dialect } = this.session;
    const { sets, root } = this.removal;
    if (this.#marked.has(table)) return dialect.delete(table, this.#carries(table));
    return this.#isRootAlone(table)
      ? dialect.delete(table, root)
      : dialect.deleteWith(sets.expressions, table, sets.keys(table));
  }

  /** Removes the rows level by level from below, as far as they do not refer to each other in rings. */
  async #removeLeaves(table: SoftDeleteTable, tally: Tally): Promise<void> {
    const { dialect } = this.session;
    const { names } = dialect;
    const held = this.#references
      .to(table)
      .map((reference) => dialect.nothing(referring(names, reference)));
    const where = join([this.#carries(table), ...held], " AND ");
    const leaves = sql`sd_leaves AS (SELECT ${names.list("c", table.primary)} FROM ${names.table(table)} c WHERE ${where})`;
    const keys = sql`${names.list("l", table.primary)} FROM sd_leaves l`;
    const statement = dialect.deleteWith(leaves, table, keys);
    while (tally.add(table.name, await this.session.execute(statement)) > 0);
  }

  /** Junction rows, whatever the database would do to them by itself. */
  async #removeJunction({ table, parent, on }: Junction): Promise<void> {
    const { dialect } = this.session;
    const { names } = dialect;
    const { sets } = this.removal;
    const keyed = { ...table, primary: on.map((pair) => pair.child) };
    const list = on.map((pair) => `${names.of("s", pair.parent)} AS ${names.column(pair.child)}`);
    const columns = on.map((pair) => pair.parent);
    const [expressions, from] = this.#marked.has(parent)
      ? [
          sql`sd_marked AS (SELECT ${names.list("c", columns)} FROM ${names.table(parent)} c WHERE ${this.#carries(parent)})`,
          "sd_marked",
        ]
      : [sets.expressions, sets.name(parent)];
    const keys = sql`${list.join(", ")} FROM ${from} s`;
    await this.session.execute(dialect.deleteWith(expressions, keyed, keys));
  }

  /** Whether the roots are all that goes of a table. */
  #isRootAlone(table: SoftDeleteTable): boolean {
    const { plan } = this.removal;
    const group = plan.groups.find((one) => one.tables.includes(table));
    return table === this.removal.table && group?.incoming.length === 0 && group.inner.length === 0;
  }

  #carries(table: SoftDeleteTable): Sql {
    return carries(this.session, "c", table, this.removal.id);
  }
}
