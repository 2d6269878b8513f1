import fc from "fast-check";

import { newDeletionId } from "../../src/rows/deletion-id";
import { Model, type Row, type Table } from "../laws/model";
import { RANDOM } from "../laws/random-entities";
import { KEYS, rows as randomRows, TABLES } from "../laws/random-steps";
import { describeLawOnce, type World } from "../laws/world";
import { brokenRows, halfRestore, STAMP } from "./half-done";

const SEED = process.env["FUZZ_SEED"];

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1 });
const table = fc.constantFrom(...TABLES);
const some = fc.record({ table, ids });
const deletions = fc.array(some, { maxLength: 5 });

/** What raw SQL may do to rows. */
const HARMS = [
  { deletedAt: "NULL" },
  { deletedAt: `'${STAMP}'` },
  { deletionId: "NULL" },
  { deletedAt: "NULL", deletionId: "NULL" },
  { deletionId: "own" },
] as const;
const harms = fc.array(fc.record({ table, ids, set: fc.constantFrom(...HARMS) }), {
  minLength: 1,
  maxLength: 5,
});

/** Without `RESTRICT`, where every broken row can be mended. */
const freeRows = randomRows.map((all) =>
  all.map((row) => (row.table === "Load" ? { ...row, keys: { ...row.keys, crewId: null } } : row)),
);

interface State {
  readonly table: Table;
  readonly id: number;
  readonly deletedAt: unknown;
  readonly deletionId: string | null;
  readonly version: number;
}

class Run {
  constructor(private readonly world: World) {}

  async start(rows: readonly Row[], deleted: readonly { table: Table; ids: number[] }[]) {
    await this.world.empty();
    await this.world.fill(async () => {
      for (const entity of RANDOM) {
        const own = rows.filter((row) => row.table === entity.name);
        await this.world.insert(
          entity,
          own.map(({ id, mark, keys }) => ({ id, mark, ...keys })),
        );
      }
    });
    for (const one of deleted) {
      this.world.tick();
      // A deletion that RESTRICT refuses has not been.
      await this.world.softDeletes.softDelete(one.table, one.ids).catch(refused);
    }
  }

  async harm({ table: of, ids: keys, set }: { table: Table; ids: number[]; set: object }) {
    const id = `'${newDeletionId(this.world.time)}'`;
    const columns = Object.entries(set).map(
      ([column, value]) => `${this.world.escape(column)} = ${value === "own" ? id : String(value)}`,
    );
    await this.world.dataSource.query(
      `UPDATE ${this.name(of)} SET ${columns.join(", ")} WHERE id IN (${keys.join(", ")})`,
    );
  }

  async states(): Promise<Map<string, State>> {
    const all = new Map<string, State>();
    for (const [name, rows] of Object.entries(await this.world.everything())) {
      for (const row of rows) {
        const { id, deletedAt, deletionId, version } = row as unknown as State;
        const state = { table: name as Table, id, deletedAt, deletionId, version };
        all.set(`${name} ${String(id)}`, state);
      }
    }
    return all;
  }

  /** Active children of deleted parents, by plain SQL, each with the deletion of its parent. */
  async orphans(): Promise<{ table: Table; id: number; above: string | null; key: string }[]> {
    const all = [];
    for (const child of TABLES) {
      for (const [key, parent] of Object.entries(KEYS[child])) {
        // The one relation that keeps.
        if (child === "Load" && key === "zoneId") continue;
        const at = this.world.escape("deletedAt");
        const rows = await this.world.dataSource.query<{ id: number; above: string | null }[]>(
          `SELECT c.id AS id, p.${this.world.escape("deletionId")} AS above FROM ${this.name(child)} c JOIN ${this.name(parent)} p ON c.${this.world.escape(key)} = p.id WHERE c.${at} IS NULL AND p.${at} IS NOT NULL`,
        );
        all.push(...rows.map((row) => ({ table: child, key, ...row })));
      }
    }
    return all;
  }

  /** Whether a soft delete of a row would be refused. */
  async isRestricted({ table: of, id }: { table: Table; id: number }): Promise<boolean> {
    const { restrictedBy } = await this.world.softDeletes.previewSoftDelete(of, id);
    return restrictedBy.length > 0;
  }

  name(of: Table): string {
    return this.world.escape(of.toLowerCase());
  }
}

function refused(error: unknown): void {
  expect(error).toMatchObject({ code: "SOFT_DELETE_RESTRICTED" });
}

function unpaired(all: ReadonlyMap<string, State>): State[] {
  return [...all.values()].filter((row) => (row.deletedAt === null) !== (row.deletionId === null));
}

/** Of the rows as they were, those whose deletions nobody has touched. */
function untouched(before: ReadonlyMap<string, State>, harmed: ReadonlyMap<string, State>) {
  const touched = new Set<string | null>([null]);
  for (const [key, row] of before) {
    const now = harmed.get(key);
    if (now?.deletedAt?.toString() === row.deletedAt?.toString()) {
      if (now?.deletionId === row.deletionId) continue;
    }
    touched.add(row.deletionId);
  }
  return new Map([...before].filter(([, row]) => !touched.has(row.deletionId)));
}

describeLawOnce("settle() of random half states", RANDOM, (world) => {
  const run = new Run(world);
  // A server takes longer over each statement.
  const usual = world.database === "better-sqlite3" ? 40 : 12;
  const numRuns = Number(process.env["FUZZ_RUNS"] ?? usual);
  const options = { numRuns, ...(SEED === undefined ? {} : { seed: Number(SEED) }) };
  const timeout = 60_000 + numRuns * 1000;

  it(
    "makes the laws hold, and leaves untouched deletions as they are",
    async () => {
      const property = fc.asyncProperty(freeRows, deletions, harms, async (rows, deleted, done) => {
        await run.start(rows, deleted);
        const before = await run.states();
        for (const one of done) await run.harm(one);
        const whole = untouched(before, await run.states());
        await world.softDeletes.settle({ cascade: true });
        const after = await run.states();
        expect(unpaired(after)).toEqual([]);
        expect(await run.orphans()).toEqual([]);
        expect(await brokenRows(world)).toEqual([]);
        for (const [key, row] of whole) expect(after.get(key)).toEqual(row);
        expect(await world.softDeletes.settle({ cascade: true })).toMatchObject({ total: 0 });
      });
      await fc.assert(property, options);
    },
    timeout,
  );

  it(
    "leaves broken only what RESTRICT stands in the way of, and tells of it",
    async () => {
      const restricted = fc.constantFrom("report" as const, "restore" as const);
      const property = fc.asyncProperty(
        fc.tuple(randomRows, deletions, harms, restricted),
        async ([rows, deleted, done, choice]) => {
          await run.start(rows, deleted);
          const before = await run.states();
          for (const one of done) await run.harm(one);
          const whole = untouched(before, await run.states());
          const settle = { cascade: true, restricted: choice };
          await world.softDeletes.settle(settle);
          const after = await run.states();
          for (const [key, row] of whole) expect(after.get(key)).toEqual(row);

          const left = unpaired(after);
          for (const { deletedAt, deletionId } of left) {
            expect(deletedAt).toBeNull();
            const same = left.filter((row) => row.deletionId === deletionId);
            expect(await anyOf(same, (row) => run.isRestricted(row))).toBe(true);
          }
          const orphans = await run.orphans();
          for (const { key, above } of orphans) {
            if (key === "crewId" || above === null) continue;
            const same = orphans.filter((row) => row.above === above);
            const stays = await anyOf(same, async (row) => {
              const isLeft = left.some(({ table: of, id }) => of === row.table && id === row.id);
              return isLeft || run.isRestricted(row);
            });
            expect(stays).toBe(true);
          }
          const codes = (await brokenRows(world)).map(({ code }) => code);
          expect(codes.includes("active-with-deletion-id")).toBe(left.length > 0);
          expect(codes.includes("active-below-deleted-parent")).toBe(orphans.length > 0);
          expect(await world.softDeletes.settle(settle)).toMatchObject({ total: 0 });
        },
      );
      await fc.assert(property, options);
    },
    timeout,
  );

  it(
    "finishes restores as restore() would have, and takes back the others",
    async () => {
      const property = fc.asyncProperty(
        fc.tuple(randomRows, fc.array(some, { minLength: 1, maxLength: 5 }), some),
        async ([rows, deleted, half]) => {
          await run.start(rows, deleted);
          const before = await run.states();
          await halfRestore(
            world,
            run.name(half.table).slice(1, -1),
            `id IN (${half.ids.join(", ")})`,
          );
          await world.softDeletes.settle();
          const after = await run.states();

          const model = new Model(
            rows.map((row) => {
              const state = before.get(`${row.table} ${String(row.id)}`);
              const { deletedAt = null, deletionId = null } = state ?? {};
              return { ...row, deletionId, deletedAt: deletedAt === null ? null : 1 };
            }),
          );
          const asked = (row: Row): boolean =>
            row.table === half.table && half.ids.includes(row.id);
          const all = model.restore(asked, "hand-over");
          const free = model.restore((row) => asked(row) && all.revived.has(row), "refuse");
          expect(free.blocked).toBe(false);
          for (const row of model.rows) {
            const key = `${row.table} ${String(row.id)}`;
            const [was, is] = [before.get(key), after.get(key)];
            if (free.revived.has(row)) {
              expect(is).toMatchObject({ deletedAt: null, deletionId: null });
            } else if (free.handedOver.has(row)) {
              const heirs = model
                .parents(row)
                .map((parent) => after.get(`${parent.table} ${String(parent.id)}`)?.deletionId);
              expect(heirs).toContain(is?.deletionId);
            } else expect(is).toEqual(was);
          }
        },
      );
      await fc.assert(property, options);
    },
    timeout,
  );
});

async function anyOf<Item>(items: readonly Item[], is: (item: Item) => Promise<boolean>) {
  for (const item of items) if (await is(item)) return true;
  return false;
}
