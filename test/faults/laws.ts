import type { Plain } from "./plain";
import { BINDINGS, SOFT_DELETABLE, type Binding } from "./shop";

/** A law that rows break, and how many do. */
export interface Breach {
  readonly law: string;
  readonly rows: number;
}

const DATE = `"deletedAt"`;
const ID = `"deletionId"`;

/** Law 1; a working id of a restore that was cut off is no pair either. */
function pairing(table: string): string {
  const version = `SUBSTR(CAST(${ID} AS CHAR(36)), 15, 1)`;
  const flag =
    table === "shop"
      ? ` OR CASE WHEN "isGone" THEN ${DATE} IS NULL ELSE ${DATE} IS NOT NULL END`
      : "";
  return (
    `SELECT 'pairing of ${table}' AS "law", COUNT(*) AS "n" FROM "${table}" ` +
    `WHERE (${DATE} IS NULL) <> (${ID} IS NULL) OR ${version} <> '7'${flag}`
  );
}

/** Law 2. */
function closure({ child, column, parent }: Binding): string {
  return (
    `SELECT 'closure of ${child}.${column}' AS "law", COUNT(*) AS "n" FROM "${child}" c ` +
    `JOIN "${parent}" p ON p."id" = c."${column}" WHERE c.${DATE} IS NULL AND p.${DATE} IS NOT NULL`
  );
}

/** Laws 1 and 2 in one statement, which sees one snapshot. */
const LAWS = [...SOFT_DELETABLE.map(pairing), ...BINDINGS.map(closure)].join(" UNION ALL ");

/** What breaks laws 1 and 2, by plain SQL. */
export async function breaches(plain: Pick<Plain, "query">): Promise<Breach[]> {
  const rows = (await plain.query(LAWS)) as { law: string; n: number | string }[];
  return rows.flatMap(({ law, n }) => (Number(n) > 0 ? [{ law, rows: Number(n) }] : []));
}
