import { sql, type Sql } from "../sql/sql";
import type { Edge } from "../plan/edge";
import type { SoftDeleteTable } from "../plan/table";
import { UNMARKED_DIGIT } from "../rows/deletion-id";
import { flagOutOfStep } from "../rows/flag";
import type { Session } from "../session/session";
import type { CheckFinding } from "./finding";
import { joined } from "../sql/edge-conditions";
import { isUnsettled, isDeleted, isActive } from "../sql/state";

/** Rows in which `deletedAt`, `deletionId` and the flag disagree: one SELECT for each table. @internal */
export async function pairingFindings(session: Session): Promise<CheckFinding[]> {
  const findings: CheckFinding[] = [];
  for (const table of session.graph.softDeletable) {
    findings.push(...(await pairing(session, table)));
  }
  return findings;
}

async function pairing(session: Session, table: SoftDeleteTable): Promise<CheckFinding[]> {
  const { dialect } = session;
  const { names } = dialect;
  const { deletedAt, deletionId } = table.softDelete;
  const id = names.of("c", deletionId);
  const flag = flagOutOfStep(session, table);
  const count = (where: Sql): Sql =>
    sql`(SELECT COUNT(*) FROM ${names.table(table)} c WHERE ${where})`;
  // A subquery for each, so that each goes by an index.
  const [row] = await session.select<Record<"n0" | "n1" | "n2" | "n3", string | number>>(
    sql`SELECT ${count(sql`${isUnsettled(names, "c", table, "deleted")}`)} AS n0,
 ${count(sql`${isUnsettled(names, "c", table, "restored")}`)} AS n1,
 ${count(sql`${id} IS NOT NULL AND ${dialect.versionOf(id)} <> '${UNMARKED_DIGIT}'`)} AS n2,
 ${flag ? count(flag) : "0"} AS n3`,
  );
  const { name: entity } = table;
  const columns = `${entity}.${deletedAt.propertyPath} and ${entity}.${deletionId.propertyPath}`;
  const findings: CheckFinding[] = [
    {
      code: "deleted-without-deletion-id",
      severity: "error",
      entity,
      count: Number(row?.n0 ?? 0),
      message: `${columns} disagree: rows are deleted and carry no deletion id. Something outside this package deleted them.`,
      remedy: `Call settle(${entity}) to give each a deletion id; with { cascade: true } it takes their active children too.`,
    },
    {
      code: "active-with-deletion-id",
      severity: "error",
      entity,
      count: Number(row?.n1 ?? 0),
      message: `${columns} disagree: rows are active and carry a deletion id. Something outside this package restored them.`,
      remedy: `Call settle(${entity}) to clear their deletion ids.`,
    },
    {
      code: "invalid-deletion-id",
      severity: "error",
      entity,
      count: Number(row?.n2 ?? 0),
      message: `${entity}.${deletionId.propertyPath} holds values that are not a UUID of version 7.`,
      remedy: `Set them to null, and call settle(${entity}).`,
    },
    {
      code: "deleted-flag-out-of-step",
      severity: "error",
      entity,
      count: Number(row?.n3 ?? 0),
      message: `${entity}.${table.softDelete.deletedFlag?.propertyPath ?? ""} does not say what ${entity}.${deletedAt.propertyPath} says.`,
      remedy: `Call settle(${entity}) to put the flag in step.`,
    },
  ];
  return findings.filter((finding) => finding.count !== 0);
}

/** Active rows below a deleted parent: one SELECT for each binding relation. @internal */
export async function closureFindings(session: Session): Promise<CheckFinding[]> {
  const findings: CheckFinding[] = [];
  for (const edge of session.graph.edges) {
    const count = await countActiveBelow(session, edge);
    if (count === 0) continue;
    const { child, parent } = edge;
    findings.push({
      code: "active-below-deleted-parent",
      severity: "error",
      entity: child.name,
      count,
      message: `${edge.relation} (${edge.policy}): active rows of ${child.name} hang below deleted rows of ${parent.name}.`,
      remedy: `Restore these rows of ${parent.name}, or delete the rows of ${child.name} or point them elsewhere.`,
    });
  }
  return findings;
}

async function countActiveBelow(session: Session, edge: Edge): Promise<number> {
  const { names } = session.dialect;
  const { child, parent } = edge;
  const [row] = await session.select<{ n: string | number }>(
    sql`SELECT COUNT(*) AS n FROM ${names.table(parent)} p JOIN ${names.table(child)} c ON ${joined(names, edge, "c", "p")} WHERE ${isDeleted(names, "p", parent)} AND ${isActive(names, "c", child)}`,
  );
  return Number(row?.n ?? 0);
}
