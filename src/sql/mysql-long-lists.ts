import { Sql } from "./sql";

/** From how many values on the servers have to be told to look each one up. */
export const LONG_LIST = 500;

// Of a list of 1,000 values MariaDB makes a table, which it may then join the wrong way round; beyond a number of values, or
// the memory that they take to plan by, both read the whole table.
const MARIADB = "in_predicate_conversion_threshold=0, optimizer_max_sel_arg_weight=4294967295";
const MYSQL = "SET_VAR(range_optimizer_max_mem_size=0)";

const SET_STATEMENT = "/*M! SET STATEMENT ";
const HINTS = "/*+ ";

/** A statement that looks each value of a long list up by index. Each server takes the other's form for a comment. @internal */
export function withLongLists({ chunks }: Sql): Sql {
  const [first, ...rest] = chunks;
  if (typeof first !== "string") return new Sql(chunks);
  const head = first.startsWith(SET_STATEMENT)
    ? first.replace(SET_STATEMENT, `${SET_STATEMENT}${MARIADB}, `)
    : `${SET_STATEMENT}${MARIADB} FOR */ ${first}`;
  const all = [head, ...rest];
  const at = all.findIndex((chunk) => typeof chunk === "string" && chunk.includes(HINTS));
  const verb = /^((?:\/\*M!.*?\*\/ )?\w+) /;
  return new Sql(
    all.map((chunk, index) => {
      if (typeof chunk !== "string") return chunk;
      if (at === index) return chunk.replace(HINTS, `${HINTS}${MYSQL} `);
      return at < 0 && index === 0 ? chunk.replace(verb, `$1 ${HINTS}${MYSQL} */ `) : chunk;
    }),
  );
}
