import { SoftDeleteError } from "./soft-delete-error";

/**
 * A call waited for the connection that it shares with others (SQLite has one for each data source, a transaction has one), and
 * who holds that sent nothing any more. Nothing was written.
 */
export class ConnectionBusyError extends SoftDeleteError {
  readonly code = "CONNECTION_BUSY";

  constructor(
    /** What holds the connection. */
    readonly holder: "operation" | "transaction",
    /** For how long nothing has been sent, in milliseconds. */
    readonly waited: number,
  ) {
    const seconds = String(Math.round(waited / 1000));
    super(
      holder === "operation"
        ? `The connection is held by an operation of this package that has sent nothing for ${seconds} s: it probably waits, in a ` +
            `listener, for this very call, which was started outside the listener's async context. Use the event's manager ` +
            `there, and await what is started.`
        : `The connection is held by a transaction that has sent nothing for ${seconds} s. SQLite has one connection for a data ` +
            `source: commit or roll back the transaction first, or make this call inside of it.`,
    );
  }
}

/** What has failed in a transaction could not be taken back: the transaction can only be rolled back, as a whole. */
export class BrokenTransactionError extends SoftDeleteError {
  readonly code = "BROKEN_TRANSACTION";

  constructor(options: ErrorOptions) {
    super(
      `An operation of this package failed, and what it had written could not be taken back alone: the transaction can only ` +
        `be rolled back as a whole, and refuses everything else. The cause is in "cause".`,
      options,
    );
  }
}

/** How many rows a call of TypeORM's own has moved cannot be told from what others have moved. Nothing was written. */
export class UnknownRowsError extends SoftDeleteError {
  readonly code = "UNKNOWN_ROWS";

  constructor(
    /** The entity of the call. */
    readonly entity: string,
  ) {
    super(
      `Which rows of ${entity} this call of TypeORM's own has moved cannot be told: rows that something outside this package ` +
        `marked or unmarked stand beside them, and the condition of its statement is not understood. Nothing was written. ` +
        `Use SoftDeleteRepository, or run settle() first.`,
    );
  }
}
