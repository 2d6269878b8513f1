import fc from "fast-check";

/** Pieces that mean something to some database, driver, placeholder or object. */
const PIECES = [
  ...["'", '"', "`", "''", '""', "\\", "\\'", ";--", "-- ", "#", "/*", "*/", "(", ")", "[", "]"],
  ...[
    ":name",
    ":...list",
    ":orm_param_0",
    "::text",
    "?",
    "??",
    "$1",
    "${x}",
    "{0}",
    "%",
    "_",
    "@p",
  ],
  ...["' OR 1=1", " IS NULL OR 1 = 1", ") UNION SELECT 1", "~", ".", ",", "=", "|"],
  ...["\u0000", "\n", "\t", " ", "\u202e", "é", "ß", "İ", "日本", "👩‍👩‍👧", "\ufeff"],
  ...["__proto__", "constructor", "null", "true", "0", "a"],
];

/** Strings of such pieces and any others. */
export const hostileStrings = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...PIECES) },
      { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 3 }) },
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((pieces) => pieces.join(""));

// SQLite itself loses a column called true in every expression.
const NO_NAMES = ["\u0000", ".", "true"];

/** The same, for names: of what every database takes in a name at all, and short. */
export const hostileNames = fc
  .array(
    fc.oneof(
      fc.constantFrom(...PIECES.filter((piece) => !NO_NAMES.includes(piece))),
      fc.constantFrom("a", "b", "select", "order", "key", "c", "p", "w", "k", "n", "s0", "x1"),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((pieces) => pieces.join(""))
  .filter((name) => name.length <= 25 && name.trim() === name && name !== "__proto__");

/** The seed and the number of runs: the same each time, unless the environment says otherwise. */
export function runsOf(usual: number): { readonly seed: number; readonly numRuns: number } {
  const { FUZZ_SEED, FUZZ_RUNS } = process.env;
  return { seed: Number(FUZZ_SEED ?? 1), numRuns: Number(FUZZ_RUNS ?? usual) };
}
