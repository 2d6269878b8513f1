import type { RemovalGroup } from "../plan/removal-order";
import { removeCycles } from "./cycles";
import { peel } from "./peel";
import type { PurgeWork } from "./work";

/**
 * Purges tables whose rows refer to each other: from the leaves upwards, and then what refers to itself in cycles.
 *
 * @internal
 */
export async function purgeCyclic(work: PurgeWork, group: RemovalGroup): Promise<void> {
  for (const wait of work.skips ? [false, true] : [false]) {
    for (let removed = -1; removed !== 0;) {
      removed = 0;
      for (const table of group.tables) removed += await peel(work, group, table, wait);
      if (removed === 0) removed = await removeCycles(work, group, wait);
    }
  }
}
