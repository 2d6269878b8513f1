import { sql, type Sql } from "./sql";
import { isOf, slots } from "./walk";
import type { UpdateByWalk } from "./statements";

/** The walk's rows for one table, one for each key, where it carries values: the smallest wins. @internal */
export function firstPerRow(update: UpdateByWalk): Sql {
  const { walk, target } = update;
  const keys = slots(walk, target).join(", ");
  const carried = walk.seeds[0]?.carry?.map(([name]) => name) ?? [];
  const order = carried[0] ?? keys;
  return sql`(SELECT * FROM (SELECT sd_walk.*, ROW_NUMBER() OVER (PARTITION BY ${keys} ORDER BY ${order}) AS n FROM sd_walk WHERE ${isOf(walk, target)}) ranked WHERE n = 1) w`;
}
