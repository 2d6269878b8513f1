import type { DataSource } from "typeorm";

import { databaseType } from "../../typeorm/column-types";
import type { Column } from "../../typeorm/metadata";
import { isMoment, isMomentText, isScalar, isText } from "./scalars";

/** What values a column takes in a condition. */
export interface ValueKind {
  /** As an error says it. */
  readonly words: string;
  /** Whether the database may refuse a value that it holds all the same. */
  readonly isLoose?: boolean;
  holds(value: unknown): boolean;
}

const TEXT: ValueKind = {
  words: "text without NUL",
  holds: (value) => isText(value) || typeof value === "bigint" || Number.isFinite(value),
};
const NUMBER: ValueKind = {
  words: "a number, or its digits as text",
  holds: (value) =>
    typeof value === "bigint" ||
    Number.isFinite(value) ||
    (typeof value === "string" && /^-?\d{1,300}(\.\d{1,300})?$/.test(value)),
};
/** Of a size that not every number has. */
const FLOAT: ValueKind = { ...NUMBER, isLoose: true };
const BOOLEAN: ValueKind = {
  words: "true or false",
  holds: (value) => typeof value === "boolean",
};
const MOMENT: ValueKind = {
  words: "a valid Date between the years 1 and 9999",
  holds: (value) => isMoment(value) || isMomentText(value),
};
const DAY: ValueKind = {
  words: 'a day such as "2026-01-31", or a valid Date',
  holds: (value) =>
    isMoment(value) || (typeof value === "string" && value.length === 10 && isMomentText(value)),
};
const YEAR: ValueKind = {
  words: "a year with four digits",
  holds: (value) => /^\d{4}$/.test(String(value)) && typeof value !== "object",
};
const BIT: ValueKind = {
  words: "0, 1, true, false or a Buffer",
  holds: (value) =>
    value === 0 || value === 1 || typeof value === "boolean" || value instanceof Uint8Array,
};
const TIME: ValueKind = {
  words: 'a time of day such as "12:30:00"',
  holds: (value) =>
    isMoment(value) ||
    (typeof value === "string" && /^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$/.test(value)),
};
const UUID: ValueKind = {
  words: "a UUID",
  holds: (value) =>
    typeof value === "string" && /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(value),
};
const BINARY: ValueKind = {
  words: "a Buffer",
  holds: (value) => value instanceof Uint8Array,
};
const DOCUMENT: ValueKind = {
  words: "JsonContains(), Raw(), IsNull() or another operator on JSON",
  holds: () => false,
};
const ANY: ValueKind = { words: "a single value", holds: isScalar, isLoose: true };

// How many bits the numbers of a type have.
const BITS: Readonly<Record<string, bigint>> = {
  tinyint: 8n,
  smallint: 16n,
  mediumint: 24n,
  int: 32n,
  integer: 32n,
  bigint: 64n,
};

/** Which values a column takes. @internal */
export function valueKind(dataSource: DataSource, column: Column): ValueKind {
  if (column.isVirtualProperty) return ANY;
  if (column.isArray) return arrayOf(kindOf(dataSource, column));
  return kindOf(dataSource, column);
}

function kindOf(dataSource: DataSource, column: Column): ValueKind {
  const { type } = column;
  // Of a set a value is any number of members.
  if (column.enum) return type === "set" ? ANY : oneOf(column.enum);
  if (type === "simple-json") return DOCUMENT;
  if (type === Boolean || type === "boolean" || type === "bool") return BOOLEAN;
  const stored = databaseType(dataSource, column).toLowerCase();
  if (/^jsonb?$/.test(stored)) return DOCUMENT;
  if (/^(timestamp|datetime)/.test(stored)) return MOMENT;
  if (stored === "date") return DAY;
  if (stored === "year") return YEAR;
  if (/^bit\b/.test(stored)) return BIT;
  if (/^time\b/.test(stored)) return TIME;
  if (stored === "boolean") return BOOLEAN;
  if (stored in BITS) return whole(dataSource, column, stored);
  if (/^(float|double|real)\b/.test(stored)) return FLOAT;
  if (/^(decimal|numeric|dec|fixed)\b/.test(stored)) return NUMBER;
  if (stored === "uuid") return UUID;
  if (/char|text|clob/.test(stored)) return TEXT;
  if (/^(.*blob|.*binary|bytea)$/.test(stored)) return BINARY;
  return ANY;
}

function arrayOf(element: ValueKind): ValueKind {
  return {
    words: `an array that is not empty, each of its values ${element.words}`,
    isLoose: element.isLoose === true,
    holds: (value) =>
      Array.isArray(value) && value.length > 0 && value.every((one) => element.holds(one)),
  };
}

function oneOf(members: readonly unknown[]): ValueKind {
  const all = members.map(String);
  return {
    words: `one of ${all.join(", ")}`,
    holds: (value) =>
      (typeof value === "string" || typeof value === "number") && all.includes(String(value)),
  };
}

/** Whole numbers. SQLite keeps 64 bits whatever the type, and MySQL one bit under the name tinyint. */
function whole({ options }: DataSource, column: Column, stored: string): ValueKind {
  const sqlite = options.type === "better-sqlite3" || options.type === "sqljs";
  const bits = sqlite ? 64n : (BITS[stored] ?? 64n);
  const least = column.unsigned ? 0n : -(2n ** (bits - 1n));
  const most = 2n ** (column.unsigned ? bits : bits - 1n) - 1n;
  return {
    words: `a whole number from ${String(least)} to ${String(most)}, a big one as text`,
    holds(value) {
      if (stored === "tinyint" && typeof value === "boolean") return true;
      const exact =
        typeof value === "bigint" ||
        Number.isSafeInteger(value) ||
        (typeof value === "string" && /^-?\d{1,20}$/.test(value));
      if (!exact) return false;
      const number = BigInt(value as bigint | number | string);
      return number >= least && number <= most;
    },
  };
}
