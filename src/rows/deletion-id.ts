import { randomBytes } from "node:crypto";

const PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** What the 48 bits of a UUIDv7's time hold. @internal */
export const LATEST = 2 ** 48 - 1;

/** A UUID of version 7 whose time is the given one, to the millisecond, or the next one that it can hold. @internal */
export function newDeletionId(time: Date): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Math.min(Math.max(0, time.getTime()), LATEST), 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}

/**
 * The first of all deletion ids of a moment. They sort by their time, to the millisecond; and MariaDB sorts values of its own
 * uuid type so as long as they are of version 7.
 *
 * @internal
 */
export function firstDeletionId(time: Date): string {
  const hex = Math.min(Math.max(time.getTime(), 0), LATEST).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** The time of a deletion id: the `deletedAt` of its deletion. @internal */
export function deletionTime(deletionId: string): Date {
  return new Date(Number.parseInt(deletionId.replaceAll("-", "").slice(0, 12), 16));
}

/** @internal */
export function isDeletionId(value: unknown): value is string {
  return typeof value === "string" && PATTERN.test(value);
}

/**
 * While a restore works out which rows come back, they carry their deletion's id with another UUID version digit: `6` for
 * the rows that the caller matched, `5` for those reached from them. Nobody else ever sees it. MariaDB's own uuid type
 * refuses some values with a digit above 7.
 */
const WORKING = { matched: "6", reached: "5" } as const;

/** @internal */
export type Mark = keyof typeof WORKING;

/** The digit of a mark. @internal */
export function markDigit(mark: Mark): string {
  return WORKING[mark];
}

/** The digit of a deletion id that is not marked. @internal */
export const UNMARKED_DIGIT = "7";

/** A deletion id as the given mark has it. @internal */
export function marked(deletionId: string, mark: Mark): string {
  return deletionId.slice(0, 14) + WORKING[mark] + deletionId.slice(15);
}

/** The deletion id of a marked one. @internal */
export function unmarked(deletionId: string): string {
  return deletionId.slice(0, 14) + UNMARKED_DIGIT + deletionId.slice(15);
}
