import type { Wrong } from "./prove";

/** Findings that are accepted, and why: they are told in each run, and do not make it fail. */
interface Known {
  readonly databases: readonly string[];
  readonly by: "own" | "native";
  /** The statement that was hit. */
  readonly statement: RegExp;
  readonly what: RegExp;
  readonly reason: string;
}

const KNOWN: readonly Known[] = [
  {
    databases: ["sqlite", "sqlite-wal"],
    by: "native",
    statement: /^ROLLBACK$/,
    what: /^(a transaction is left open$|the next operation fails: ConnectionBusyError)/,
    reason: "TypeORM's own transaction stays open on the one connection that it has",
  },
];

/** Why a finding is accepted; undefined where it is not. */
export function reasonOf({ database, operation, statement, what }: Wrong): string | undefined {
  const fits = (known: Known): boolean =>
    known.databases.includes(database) &&
    known.by === operation.by &&
    known.statement.test(statement) &&
    known.what.test(what);
  return KNOWN.find(fits)?.reason;
}
