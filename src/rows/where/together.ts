import { and, or, type Sql } from "../../sql/sql";
import { chunks } from "../chunks";

// SQLite takes expressions that are a thousand deep, and a chain is as deep as it is long.
const CHAIN = 100;

/** Conditions of which one holds, whatever their number. @internal */
export function anyOf(conditions: readonly Sql[]): Sql {
  return together(conditions, or);
}

/** Conditions that all hold, whatever their number; one at least. @internal */
export function allOf(conditions: readonly Sql[]): Sql {
  return together(conditions, and);
}

function together(conditions: readonly Sql[], chain: typeof and): Sql {
  if (conditions.length <= CHAIN) return chain(...conditions);
  return together(
    chunks(conditions, CHAIN).map((some) => chain(...some)),
    chain,
  );
}
