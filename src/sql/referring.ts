import type { Reference } from "../plan/references";
import { joined } from "./edge-conditions";
import type { Names } from "./names";
import { sql, type Sql } from "./sql";

/** `FROM ...` of the rows `r` that refer to the row `c` over a reference; a row does not refer to itself. @internal */
export function referring(names: Names, reference: Reference): Sql {
  const { child, parent } = reference;
  const itself = child.primary.map(
    (column) => `${names.of("r", column)} = ${names.of("c", column)}`,
  );
  const others = child === parent ? ` AND NOT (${itself.join(" AND ")})` : "";
  return sql`FROM ${names.table(child)} r WHERE ${joined(names, reference, "r", "c")}${others}`;
}
