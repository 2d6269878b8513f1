import fc from "fast-check";

import type { SoftDeletePolicy } from "../../../src";

/** What a class declares of soft delete columns. */
export type SoftPart =
  | "none"
  /** SoftDeletable, or withSoftDelete() over the class that it extends. */
  | "soft"
  | "both"
  | "dateOnly"
  | "idOnly"
  | "twoDates"
  | "twoIds"
  | "restated"
  | "noMoment";

export type Policy = SoftDeletePolicy | undefined;

export interface RelationModel {
  readonly property: string;
  readonly type: "many-to-one" | "one-to-one" | "many-to-many";
  /** The index of a class. */
  readonly target: number;
  readonly policy: Policy;
  readonly cascade: boolean;
  readonly constraint: boolean;
  readonly embedded: boolean;
  /** Whether, and how, the target refers back. */
  readonly inverse: "none" | "plain" | "cascade" | "policy";
}

export interface ClassModel {
  readonly name: string;
  readonly role: "abstract" | "entity" | "child" | "view";
  /** The index of the class that it extends. */
  readonly base: number | undefined;
  /** The index of the class on whose table it stands as well. */
  readonly sharing: number | undefined;
  /** Whether it is at the top of single-table inheritance. */
  readonly top: boolean;
  readonly tree: "closure-table" | "materialized-path" | "nested-set" | undefined;
  readonly soft: SoftPart;
  readonly relations: readonly RelationModel[];
  /** A policy on a property of a base class. */
  readonly restates: { readonly property: string; readonly policy: SoftDeletePolicy } | undefined;
}

/** Classes, each after the one that it extends or shares a table with. */
export interface Model {
  readonly classes: readonly ClassModel[];
  /** As `EntitySchema`, and not by decorators. */
  readonly schemas: boolean;
}

const POLICIES: readonly SoftDeletePolicy[] = ["CASCADE", "RESTRICT", "KEEP"];
/** By name: of siblings with relations of the same name TypeORM takes the type of the first. */
const TYPES = { a: "many-to-one", b: "many-to-one", c: "one-to-one", d: "many-to-many" } as const;
const PROPERTIES = ["a", "a", "b", "c", "d"] as const;

const policy = fc.option(fc.constantFrom(...POLICIES), { nil: undefined, freq: 3 });

const relation = fc.record({
  property: fc.constantFrom(...PROPERTIES),
  target: fc.nat(20),
  policy,
  cascade: fc.boolean(),
  constraint: fc.boolean(),
  embedded: rarely(),
  inverse: fc.oneof(
    { weight: 4, arbitrary: fc.constant("none" as const) },
    { weight: 3, arbitrary: fc.constant("plain" as const) },
    { weight: 3, arbitrary: fc.constant("cascade" as const) },
    { weight: 1, arbitrary: fc.constant("policy" as const) },
  ),
});

const rawClass = fc.record({
  odd: rarely(),
  role: fc.oneof(
    { weight: 2, arbitrary: fc.constant("abstract" as const) },
    { weight: 6, arbitrary: fc.constant("entity" as const) },
    { weight: 4, arbitrary: fc.constant("child" as const) },
    { weight: 1, arbitrary: fc.constant("view" as const) },
  ),
  base: fc.option(fc.nat(20), { nil: undefined }),
  sharing: fc.option(fc.nat(20), { nil: undefined, freq: 4 }),
  top: fc.boolean(),
  tree: fc.option(fc.constantFrom("closure-table", "materialized-path", "nested-set"), {
    nil: undefined,
    freq: 5,
  }),
  soft: fc.oneof(
    { weight: 4, arbitrary: fc.constant("none" as const) },
    { weight: 10, arbitrary: fc.constant("soft" as const) },
    { weight: 3, arbitrary: fc.constant("both" as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "dateOnly",
        "idOnly",
        "twoDates",
        "twoIds",
        "restated",
        "noMoment",
      ),
    },
  ),
  relations: fc.uniqueArray(relation, { maxLength: 2, selector: (one) => one.property }),
  restates: fc.option(
    fc.record({
      property: fc.constantFrom(...PROPERTIES),
      policy: fc.constantFrom(...POLICIES),
    }),
    { nil: undefined, freq: 2 },
  ),
});

function rarely(): fc.Arbitrary<boolean> {
  return fc.integer({ min: 0, max: 5 }).map((value) => value === 5);
}

/** Random entities that are not all nonsense: what refers to a class refers to one that is there. */
export const models: fc.Arbitrary<Model> = fc
  .record({ raw: fc.array(rawClass, { minLength: 2, maxLength: 6 }), schemas: rarely() })
  .map(({ raw, schemas }) => {
    const classes: ClassModel[] = [];
    for (const [index, one] of raw.entries()) classes.push(sound(one, index, classes, schemas));
    const targets = classes.flatMap(({ role }, index) => (role === "abstract" ? [] : [index]));
    return {
      schemas,
      classes: classes.map((one) => ({
        ...one,
        relations: one.relations.flatMap((own) => {
          const target = targets[own.target % Math.max(targets.length, 1)];
          return target === undefined ? [] : [{ ...own, target }];
        }),
      })),
    };
  });

type RawClass = typeof rawClass extends fc.Arbitrary<infer Value> ? Value : never;

function sound(
  raw: RawClass,
  index: number,
  before: readonly ClassModel[],
  schemas: boolean,
): ClassModel {
  const pick = (at: number | undefined, fits: (one: ClassModel) => boolean): number | undefined => {
    const fitting = before.flatMap((one, other) => (fits(one) ? [other] : []));
    return at === undefined ? undefined : fitting[at % Math.max(fitting.length, 1)];
  };
  const isFamily = ({ role, top }: ClassModel): boolean =>
    role === "child" || (role === "entity" && top);
  const parent = raw.role === "child" ? pick(raw.base ?? 0, isFamily) : undefined;
  const isLost = raw.role === "child" ? parent === undefined : raw.role === "abstract" && schemas;
  const role = isLost ? "entity" : raw.role;
  const canExtend = (one: ClassModel): boolean =>
    one.role === "abstract" || (one.role === "entity" && !one.top && !one.tree);
  const base = parent ?? (schemas || role === "view" ? undefined : pick(raw.base, canExtend));
  const isPlain = role === "entity" && base === undefined && !schemas;
  const made: ClassModel = {
    name: `C${String(index)}`,
    role,
    base,
    sharing:
      role === "entity"
        ? pick(raw.sharing, (one) => one.role === "entity" && one.sharing === undefined)
        : undefined,
    // Of a view: whether it has a primary key.
    top: (role === "entity" || role === "view") && raw.top,
    tree: isPlain && !raw.top ? raw.tree : undefined,
    soft: role === "view" ? "none" : schemas && raw.soft !== "none" ? "soft" : raw.soft,
    relations:
      role === "view"
        ? []
        : raw.relations.map((one) => ({
            ...one,
            type: TYPES[one.property],
            embedded: one.embedded && !schemas,
          })),
    restates: base === undefined || role === "abstract" ? undefined : raw.restates,
  };
  return raw.odd ? made : { ...made, ...sensible(made, before) };
}

/** What somebody would write who knows what he does. */
function sensible(one: ClassModel, before: readonly ClassModel[]): Partial<ClassModel> {
  const bases: ClassModel[] = [];
  for (let at = one.base; at !== undefined; at = before[at]?.base)
    bases.push(before[at] as ClassModel);
  const shared = one.sharing === undefined ? undefined : before[one.sharing];
  const isSoft = bases.some((base) => base.soft !== "none");
  const own = one.soft === "none" || one.soft === "both" ? one.soft : "soft";
  const restated = bases
    .flatMap((base) => base.relations)
    .find(
      ({ property, type, embedded }) =>
        property === one.restates?.property && type !== "many-to-many" && !embedded,
    );
  return {
    soft: isSoft ? "none" : shared?.base === undefined ? (shared?.soft ?? own) : "none",
    relations: one.relations.map((relation) => ({
      ...relation,
      policy: relation.type === "many-to-many" ? undefined : relation.policy,
      inverse: relation.inverse === "policy" ? "plain" : relation.inverse,
    })),
    restates: restated ? one.restates : undefined,
  };
}
