import { isAskedFor } from "../faults/databases";
import { soak } from "../soak/soak";

const CALLERS = 4;
const CALLS = 10;

const sum = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((all, times) => all + times, 0);

for (const database of (["sqlite", "sqlite-wal"] as const).filter(isAskedFor)) {
  const journal = database === "sqlite" ? "a rollback journal" : "a WAL";

  it(`two processes on one SQLite file with ${journal}, four callers each, end all they do`, async () => {
    const order = { database, callers: CALLERS, calls: CALLS, seed: 3, milliseconds: 60_000 };
    const { resolved, rejected, wrong } = await soak(order);

    // No law broken, what was resolved holds, each call on rows of one caller is its own deletion, and no other error.
    expect(wrong).toEqual([]);
    expect(sum(resolved) + sum(rejected)).toBe(2 * CALLERS * CALLS);
    // What SQLite refuses at once, and the package does not: a caller's own transaction that would write while another does.
    const refused = Object.keys(rejected).filter((kind) => kind.endsWith("busy"));
    expect(refused.filter((kind) => /^own(,|:)/.test(kind))).toEqual([]);
  }, 120_000);
}
