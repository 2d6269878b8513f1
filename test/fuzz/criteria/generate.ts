import fc from "fast-check";
import {
  And,
  Between,
  Equal,
  ILike,
  In,
  IsNull,
  LessThan,
  LessThanOrEqual,
  Like,
  MoreThan,
  MoreThanOrEqual,
  Not,
  Or,
} from "typeorm";

import { Label, Member, Note } from "../../criteria/club";
import type { Entity, Shape, Shapes } from "./truth";

/** Values that a request body, a missing variable or a slip may put anywhere. */
const JUNK = fc.oneof(
  fc.constantFrom<unknown>(
    [],
    [[]],
    [{}],
    [[1, 2]],
    {},
    null,
    undefined,
    NaN,
    Infinity,
    -0,
    true,
    false,
    "",
    "1",
    "x",
    0,
    1,
    1.5,
    2 ** 53,
    -(2 ** 31) - 1,
    10n,
    () => "1 = 1",
    Symbol("s"),
    new Date(NaN),
    new Date(0),
    new Map(),
    { $ne: null },
    { id: [] },
    { id: {} },
    { notes: [] },
    { author: [] },
    { labels: {} },
    "1 OR 1=1",
    "0x1",
    "1e0",
    " 1",
    "a\0",
    "\ud800",
    "2026-02-30",
    JSON.parse('{"__proto__":{"id":1}}'),
    { constructor: { id: 1 } },
    { toString: 1 },
    In([]),
    Not(In([])),
    Not(Not(In([]))),
    And(),
    Or(),
    MoreThan(1),
    MoreThan(NaN),
    Equal(null),
    In([null]),
    Between(1, undefined as never),
    Like(1 as never),
    IsNull(),
    Not(IsNull()),
    new Note(),
    new Label(),
    Object.assign(new Member(), { id: 1 }),
    Object.assign(new Note(), { id: 2 }),
  ),
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    maxDepth: 2,
  }),
);

const LEAVES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  number: fc.constantFrom<unknown>(0, 1, 2, 5, -3, 9, "1", 2n, 2 ** 31 - 1),
  long: fc.constantFrom<unknown>(
    "9007199254740992",
    "9007199254740993",
    9007199254740993n,
    7,
    "7",
    "0",
  ),
  text: fc.constantFrom<unknown>(
    "ada",
    "bob",
    "one",
    "two",
    "red",
    "oslo",
    "%",
    "'",
    'a"b',
    ":x",
    "?",
    0,
  ),
  boolean: fc.boolean(),
  moment: fc.constantFrom<unknown>(
    new Date("2026-01-01T00:00:00Z"),
    new Date("2026-03-01T10:00:00.5Z"),
    new Date("2026-02-01T00:00:00Z"),
  ),
  enum: fc.constantFrom("junior", "senior"),
};

function operators(leaf: fc.Arbitrary<unknown>, isText: boolean): fc.Arbitrary<unknown> {
  const list = fc.array(leaf, { minLength: 1, maxLength: 4 });
  const simple = fc.oneof(
    leaf,
    leaf.map((value) => Equal(value)),
    fc.array(leaf, { maxLength: 3 }).map((values) => In(values)),
    leaf.map((value) => LessThan(value)),
    leaf.map((value) => LessThanOrEqual(value)),
    leaf.map((value) => MoreThan(value)),
    leaf.map((value) => MoreThanOrEqual(value)),
    fc.tuple(leaf, leaf).map(([from, to]) => Between(from, to)),
    fc.constant(null).map(() => IsNull()),
    ...(isText
      ? [
          fc.constantFrom("a%", "%o%", "_da", "x%").map((pattern) => Like(pattern)),
          fc.constantFrom("b%", "%e").map((pattern) => ILike(pattern)),
        ]
      : []),
  );
  return fc.oneof(
    { weight: 4, arbitrary: simple },
    { weight: 1, arbitrary: simple.map((value) => Not(value)) },
    { weight: 1, arbitrary: simple.map((value) => Not(Not(value))) },
    {
      weight: 1,
      arbitrary: fc.tuple(simple, simple).map(([a, b]) => Or(asOperator(a), asOperator(b))),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(simple, simple).map(([a, b]) => Not(And(asOperator(a), asOperator(b)))),
    },
    { weight: 1, arbitrary: list.map((values) => Not(In(values))) },
  );
}

function asOperator(value: unknown): ReturnType<typeof Equal> {
  const isOne = typeof value === "object" && value !== null && "@instanceof" in value;
  return (isOne ? value : Equal(value)) as ReturnType<typeof Equal>;
}

function valueOf(shape: Shape, depth: number): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case "object":
      return objectOf(shape.shapes, depth);
    case "one":
    case "many": {
      const counts = fc.integer({ min: -1, max: 4 }).map((n) => MoreThanOrEqual(n));
      const keys = operators(LEAVES["number"] as fc.Arbitrary<unknown>, false);
      const flat = shape.kind === "many" ? counts : keys.map((value) => asOperator(value));
      if (depth === 0) return flat;
      const below = objectOf(shape.entity().shapes, depth - 1);
      return fc.oneof(
        { weight: 1, arbitrary: flat },
        { weight: 3, arbitrary: below },
        { weight: 1, arbitrary: fc.array(below, { minLength: 1, maxLength: 3 }) },
      );
    }
    default:
      return operators(leavesOf(shape), shape.kind === "text");
  }
}

function leavesOf(shape: Shape): fc.Arbitrary<unknown> {
  const isLong = shape.kind === "number" && shape.bits === 64n;
  const leaves = LEAVES[shape.kind] as fc.Arbitrary<unknown>;
  return isLong ? fc.oneof(leaves, LEAVES["long"] as fc.Arbitrary<unknown>) : leaves;
}

function objectOf(shapes: Shapes, depth: number): fc.Arbitrary<object> {
  const names = Object.keys(shapes).filter((name) => depth > 0 || isFlat(shapes[name] as Shape));
  return fc
    .subarray(names, { minLength: 1, maxLength: Math.min(3, names.length) })
    .chain((some) =>
      fc.record(
        Object.fromEntries(some.map((name) => [name, valueOf(shapes[name] as Shape, depth)])),
      ),
    );
}

function isFlat(shape: Shape): boolean {
  return shape.kind !== "one" && shape.kind !== "many" && shape.kind !== "object";
}

/** Puts something else in one place of a value. */
function spoil(value: unknown, at: number, junk: unknown): unknown {
  if (typeof value !== "object" || value === null || "@instanceof" in value || at % 4 === 0)
    return junk;
  const entries = Object.entries(value) as [string, unknown][];
  if (entries.length === 0) return junk;
  const index = Math.floor(at / 4) % entries.length;
  const rest = Math.floor(at / 4 / entries.length);
  const values = entries.map(([, one], position) =>
    position === index ? spoil(one, rest, junk) : one,
  );
  if (Array.isArray(value)) return values;
  return Object.fromEntries(entries.map(([name], position) => [name, values[position]]));
}

/** Criteria that mean something. */
export function understandable(entity: Entity): fc.Arbitrary<unknown> {
  const where = objectOf(entity.shapes, 3);
  const id = LEAVES["number"] as fc.Arbitrary<unknown>;
  return fc.oneof(
    { weight: 6, arbitrary: where },
    { weight: 2, arbitrary: fc.array(where, { maxLength: 4 }) },
    { weight: 1, arbitrary: id },
    { weight: 1, arbitrary: fc.array(id, { maxLength: 5 }) },
    { weight: 1, arbitrary: fc.array(fc.oneof(id, where), { maxLength: 4 }) },
  );
}

/** Criteria with something in them that may mean anything. */
export function spoilt(entity: Entity): fc.Arbitrary<unknown> {
  return fc
    .tuple(understandable(entity), fc.nat({ max: 100_000 }), JUNK)
    .map(([criteria, at, junk]) => spoil(criteria, at, junk));
}
