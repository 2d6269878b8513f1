import { InstanceChecker, type FindOperator } from "typeorm";

/** What of criteria cannot be understood: such a call has to be refused. */
export class NotUnderstood extends Error {}

/** A condition's answer; null where the database has none, since a value is missing. */
type Answer = boolean | null;

/** What a property of a row is, for the predicate: written down by hand, without TypeORM's metadata. */
export type Shape =
  | { readonly kind: "text" | "boolean" | "moment" }
  | { readonly kind: "number"; readonly bits: bigint }
  | { readonly kind: "enum"; readonly members: readonly string[] }
  | { readonly kind: "object"; readonly shapes: Shapes }
  | { readonly kind: "one" | "many"; readonly entity: () => Entity };
export type Shapes = Readonly<Record<string, Shape>>;
export interface Entity {
  readonly shapes: Shapes;
  readonly type: new () => object;
  /** A related object without the key names no row. */
  readonly key: readonly string[];
}

type Row = Readonly<Record<string, unknown>>;

const not = (answer: Answer): Answer => (answer === null ? null : !answer);
const all = (answers: readonly Answer[]): Answer =>
  answers.includes(false) ? false : answers.includes(null) ? null : true;
const any = (answers: readonly Answer[]): Answer => not(all(answers.map(not)));

/** Whether a row meets a `where` object, by plain comparisons. @throws NotUnderstood */
export function meets(entity: Entity, row: Row | null, where: unknown): Answer {
  return all(conditions(entity.shapes, row, plain(where)));
}

function conditions(shapes: Shapes, row: Row | null, where: Row): Answer[] {
  return Object.entries(where).map(([property, asked]) => {
    const shape = Object.hasOwn(shapes, property) ? shapes[property] : undefined;
    if (!shape) throw new NotUnderstood(property);
    const value = row?.[property] ?? null;
    switch (shape.kind) {
      case "object":
        return all(conditions(shape.shapes, value as Row | null, plain(asked)));
      case "one":
        return toOne(shape.entity(), value as Row | null, asked);
      case "many":
        return toMany(shape.entity(), (value ?? []) as readonly Row[], asked);
      default:
        return compare(shape, value, asked);
    }
  });
}

function toOne(entity: Entity, value: Row | null, asked: unknown): Answer {
  if (isOperator(asked)) {
    const [key = ""] = entity.key;
    return compare(entity.shapes[key] as Shape, value?.[key] ?? null, asked);
  }
  return any(choices(entity, asked).map((one) => exists(value ? [value] : [], entity, one)));
}

function toMany(entity: Entity, values: readonly Row[], asked: unknown): Answer {
  if (isOperator(asked)) {
    const wanted = inner(asked);
    if (!Number.isSafeInteger(wanted)) throw new NotUnderstood("a count");
    const [count, limit] = [values.length, wanted as number];
    switch (asked.type) {
      case "moreThan":
        return count > limit;
      case "moreThanOrEqual":
        return count >= limit;
      case "lessThan":
        return count < limit;
      case "lessThanOrEqual":
        return count <= limit;
      default:
        throw new NotUnderstood(asked.type);
    }
  }
  return any(choices(entity, asked).map((one) => exists(values, entity, one)));
}

/** Whether a row is there that meets the conditions; they are looked at whether there is one or not. */
function exists(rows: readonly Row[], entity: Entity, where: Row): boolean {
  meets(entity, null, where);
  return rows.some((row) => meets(entity, row, where) === true);
}

function choices(entity: Entity, asked: unknown): Row[] {
  const list = Array.isArray(asked) ? (asked as unknown[]) : [asked];
  if (list.length === 0) throw new NotUnderstood("an empty list");
  return list.map((one) => {
    if (!(one instanceof entity.type)) return plain(one);
    const entries = entity.key.map((key) => [key, (one as Row)[key]] as const);
    if (entries.some(([, value]) => value === undefined)) throw new NotUnderstood("no key");
    return Object.fromEntries(entries);
  });
}

function compare(shape: Shape, value: unknown, asked: unknown): Answer {
  if (!isOperator(asked)) return equal(shape, value, asked);
  const given = inner(asked);
  switch (asked.type) {
    case "isNull":
      return value === null;
    case "equal":
      return compare(shape, value, given);
    case "not":
      if (isEmptyIn(given)) throw new NotUnderstood("Not of nothing");
      return not(compare(shape, value, given));
    case "and":
      return all(some(given).map((one) => compare(shape, value, one)));
    case "or":
      return any(some(given).map((one) => compare(shape, value, one)));
    case "in": {
      if (!Array.isArray(given)) throw new NotUnderstood("In of no list");
      return any(given.map((one) => equal(shape, value, one)));
    }
    case "between": {
      const [from, to, third] = some(given);
      if (third !== undefined) throw new NotUnderstood("Between");
      return all([
        order(shape, value, from, (n) => n >= 0),
        order(shape, value, to, (n) => n <= 0),
      ]);
    }
    case "lessThan":
      return order(shape, value, given, (n) => n < 0);
    case "lessThanOrEqual":
      return order(shape, value, given, (n) => n <= 0);
    case "moreThan":
      return order(shape, value, given, (n) => n > 0);
    case "moreThanOrEqual":
      return order(shape, value, given, (n) => n >= 0);
    case "like":
    case "ilike": {
      if (typeof given !== "string") throw new NotUnderstood("a pattern");
      if (value === null) return null;
      const pattern = given.replaceAll("%", ".*").replaceAll("_", ".");
      return new RegExp(`^${pattern}$`, "s").test(value as string);
    }
    default:
      throw new NotUnderstood(asked.type);
  }
}

function isEmptyIn(asked: unknown): boolean {
  if (!isOperator(asked)) return false;
  const given = inner(asked);
  if (asked.type === "in") return Array.isArray(given) && given.length === 0;
  return (Array.isArray(given) ? (given as unknown[]) : [given]).some(isEmptyIn);
}

function equal(shape: Shape, value: unknown, asked: unknown): Answer {
  return order(shape, value, asked, (n) => n === 0);
}

function order(
  shape: Shape,
  value: unknown,
  asked: unknown,
  test: (difference: number) => boolean,
): Answer {
  const wanted = understood(shape, asked);
  if (value === null) return null;
  const own = understood(shape, value);
  return test(own < wanted ? -1 : own > wanted ? 1 : 0);
}

/** A value in a form that compares. @throws NotUnderstood for one that the shape cannot have. */
function understood(shape: Shape, value: unknown): string | bigint | number | boolean {
  switch (shape.kind) {
    case "number": {
      const whole = typeof value === "bigint" || Number.isSafeInteger(value);
      if (!whole && !(typeof value === "string" && /^-?\d+$/.test(value))) break;
      const number = BigInt(value as string | number | bigint);
      if (number < -(2n ** (shape.bits - 1n)) || number >= 2n ** (shape.bits - 1n)) break;
      return number;
    }
    case "text": {
      if (typeof value === "bigint" || Number.isFinite(value)) return String(value);
      if (typeof value === "string" && !/\p{Surrogate}/u.test(value) && !value.includes("\0"))
        return value;
      break;
    }
    case "boolean":
      if (typeof value === "boolean") return value;
      break;
    case "moment":
      if (
        value instanceof Date &&
        value.getTime() >= -62135596800000 &&
        value.getTime() < 253402300800000
      )
        return value.getTime();
      if (typeof value === "string" && /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value))
        return Date.parse(value);
      break;
    case "enum":
      if (typeof value === "string" && shape.members.includes(value)) return value;
      break;
    default:
  }
  throw new NotUnderstood(typeof value);
}

function plain(value: unknown): Row {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new NotUnderstood("no object");
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new NotUnderstood("a class");
  if (Object.keys(value).length === 0) throw new NotUnderstood("an empty object");
  return value as Row;
}

function some(value: unknown): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) throw new NotUnderstood("an empty list");
  return value as unknown[];
}

function isOperator(value: unknown): value is FindOperator<unknown> {
  return InstanceChecker.isFindOperator(value);
}

function inner(operator: FindOperator<unknown>): unknown {
  return operator.child ?? operator.value;
}
