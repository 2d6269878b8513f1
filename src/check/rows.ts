import { describeKeys, SAMPLE_SIZE, type PrimaryKey } from "../errors/soft-delete-error";
import { join, sql, type Sql } from "../sql/sql";
import type { Edge } from "../plan/edge";
import { isSoftDeletable, type SoftDeleteTable, type Table } from "../plan/table";
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
  const { name: entity, softDelete } = table;
  const { deletedAt, deletionId, deletedFlag } = softDelete;
  const id = names.of("c", deletionId);
  const flag = flagOutOfStep(session, table);
  const columns = `${entity}.${deletedAt.propertyPath} and ${entity}.${deletionId.propertyPath}`;
  const broken: Broken[] = [
    {
      code: "deleted-without-deletion-id",
      where: isUnsettled(names, "c", table, "deleted"),
      message: `${columns} disagree: rows are deleted and carry no deletion id. Something outside this package deleted them, or a process that died.`,
      remedy: `Call settle(${entity}) to give each a deletion id; with { cascade: true } it takes their active children too, and with { restricted: "restore" } those come back whose deletion would have been refused.`,
    },
    {
      code: "active-with-deletion-id",
      where: isUnsettled(names, "c", table, "restored"),
      message: `${columns} disagree: rows are active and carry a deletion id. Something outside this package restored them, or a process that died.`,
      remedy: `Call settle(${entity}): what their deletions took below them comes back too, or they are deleted again where a parent still is. Rows on which active ones hang over RESTRICT are not: restore their parents first, or point them elsewhere.`,
    },
    {
      code: "invalid-deletion-id",
      where: sql`${id} IS NOT NULL AND ${dialect.versionOf(id)} <> '${UNMARKED_DIGIT}'`,
      message: `${entity}.${deletionId.propertyPath} holds values that are not a UUID of version 7.`,
      remedy: `Set them to null, and call settle(${entity}).`,
    },
    ...(flag
      ? [
          {
            code: "deleted-flag-out-of-step" as const,
            where: flag,
            message: `${entity}.${deletedFlag?.propertyPath ?? ""} does not say what ${entity}.${deletedAt.propertyPath} says.`,
            remedy: `Call settle(${entity}) to put the flag in step.`,
          },
        ]
      : []),
  ];
  const from = (where: Sql): Sql => sql`FROM ${names.table(table)} c WHERE ${where}`;
  // A subquery for each, so that each goes by an index.
  const counts = broken.map(
    ({ where }, index) => sql`(SELECT COUNT(*) ${from(where)}) AS n${String(index)}`,
  );
  const [row] = await session.select<Record<string, string | number>>(
    sql`SELECT ${join(counts, ", ")}`,
  );
  const findings: CheckFinding[] = [];
  for (const [index, { code, where, message, remedy }] of broken.entries()) {
    const count = Number(row?.[`n${String(index)}`] ?? 0);
    if (count === 0) continue;
    const sampleIds = await sample(session, table, from(where));
    findings.push({
      code,
      severity: "error",
      entity,
      count,
      sampleIds,
      message: `${message} For example ${describeKeys(sampleIds)}.`,
      remedy,
    });
  }
  return findings;
}

interface Broken extends Pick<CheckFinding, "code" | "message" | "remedy"> {
  /** A condition on `c`. */
  readonly where: Sql;
}

/** Active rows below a deleted parent: one SELECT for each binding relation. @internal */
export async function closureFindings(session: Session): Promise<CheckFinding[]> {
  const findings: CheckFinding[] = [];
  for (const edge of session.graph.edges) {
    const from = activeBelow(session, edge);
    const [row] = await session.select<{ n: string | number }>(sql`SELECT COUNT(*) AS n ${from}`);
    const count = Number(row?.n ?? 0);
    if (count === 0) continue;
    const { child, parent } = edge;
    const sampleIds = await sample(session, child, from);
    findings.push({
      code: "active-below-deleted-parent",
      severity: "error",
      entity: child.name,
      count,
      sampleIds,
      message: `${edge.relation} (${edge.policy}): active rows of ${child.name} hang below deleted rows of ${parent.name}, for example ${describeKeys(sampleIds)}.`,
      remedy: remedyOf(edge),
    });
  }
  return findings;
}

function remedyOf({ policy, child, parent }: Edge): string {
  const restore = `restore these rows of ${parent.name} by restore()`;
  if (policy === "CASCADE") {
    return `Call settle({ cascade: true }) to soft-delete them into the deletions of their parents, but for those on which active rows hang over RESTRICT; or ${restore}.`;
  }
  const others = isSoftDeletable(child)
    ? `soft-delete the rows of ${child.name} by softDelete(), or point them elsewhere`
    : `point the rows of ${child.name} elsewhere, or remove them`;
  return `${restore.charAt(0).toUpperCase()}${restore.slice(1)}; or ${others}.`;
}

function activeBelow(session: Session, edge: Edge): Sql {
  const { names } = session.dialect;
  const { child, parent } = edge;
  return sql`FROM ${names.table(parent)} p JOIN ${names.table(child)} c ON ${joined(names, edge, "c", "p")} WHERE ${isDeleted(names, "p", parent)} AND ${isActive(names, "c", child)}`;
}

/** The primary keys of some rows `c`. */
async function sample(session: Session, table: Table, from: Sql): Promise<PrimaryKey[]> {
  const rows = await session.select(
    sql`SELECT ${session.keyColumns("c", table)} ${from} LIMIT ${String(SAMPLE_SIZE)}`,
  );
  return rows.map((row) => session.key(table, row));
}
