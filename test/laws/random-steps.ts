import fc from "fast-check";

import type { Parents, Row, Table } from "./model";

export type Criteria = { readonly ids: number[] } | { readonly mark: number };

/** One of several that are made at once. */
export interface Call {
  readonly table: Table;
  readonly criteria: Criteria;
  readonly native: boolean;
}

export type Step =
  | { type: "softDelete"; table: Table; criteria: Criteria; native: boolean }
  | {
      type: "restore";
      table: Table;
      criteria: Criteria;
      native: boolean;
      parents: Parents;
      below: boolean;
    }
  | { type: "restoreDeletion"; pick: number; parents: Parents }
  | { type: "together"; restores: boolean; calls: Call[] }
  | { type: "move"; pick: number; to: number | null }
  | { type: "tick" };

/** The foreign keys of each table, and where they point. */
export const KEYS: Record<Table, Record<string, Table>> = {
  Zone: {},
  Branch: { parentId: "Branch", zoneId: "Zone" },
  Crew: { leadId: "Mate" },
  Mate: { crewId: "Crew", zoneId: "Zone" },
  Load: { branchId: "Branch", mateId: "Mate", crewId: "Crew", zoneId: "Zone" },
  Label: { loadId: "Load", branchId: "Branch" },
};

export const TABLES = Object.keys(KEYS) as Table[];

const MOST_ROWS = 4;
export const LONG_AGO = Date.parse("2020-01-01T00:00:00.000Z");

const id = fc.integer({ min: 1, max: MOST_ROWS });
const reference = fc.option(id, { freq: 2 });
const table = fc.constantFrom(...TABLES);
const parents = fc.constantFrom<Parents>("refuse", "restore", "hand-over");
const native = fc.boolean();
const below = fc.nat(3).map((dice) => dice > 0);

function rowsOf(name: Table): fc.Arbitrary<Row[]> {
  const keys = Object.fromEntries(Object.keys(KEYS[name]).map((key) => [key, reference]));
  const row = fc.record({
    keys: fc.record(keys),
    mark: fc.integer({ min: 0, max: 2 }),
    // Deleted by plain TypeORM long ago, once in a while.
    plain: fc.integer({ min: 0, max: 14 }).map((dice) => dice === 14),
  });
  return fc.array(row, { minLength: 2, maxLength: MOST_ROWS }).map((rows) =>
    rows.map((given, at) => ({
      table: name,
      id: at + 1,
      mark: given.mark,
      keys: given.keys,
      deletedAt: given.plain ? LONG_AGO : null,
      deletionId: null,
      version: 1,
    })),
  );
}

/** Rows of every table, some hanging by others, some by nothing. */
export const rows: fc.Arbitrary<Row[]> = fc
  .tuple(...TABLES.map(rowsOf))
  .map((tables) => tables.flat());

const criteria: fc.Arbitrary<Criteria> = fc.oneof(
  fc.record({ ids: fc.uniqueArray(id, { minLength: 1, maxLength: MOST_ROWS }) }),
  fc.record({ mark: fc.integer({ min: 0, max: 2 }) }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant("softDelete"), table, criteria, native }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant("restore"), table, criteria, native, parents, below }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("restoreDeletion"), pick: fc.nat(1000), parents }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("together"),
      restores: fc.boolean(),
      calls: fc.array(fc.record({ table, criteria, native }), { minLength: 2, maxLength: 5 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("move"), pick: fc.nat(1000), to: reference }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("tick") }) },
);

export const steps: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 4, maxLength: 12 });
