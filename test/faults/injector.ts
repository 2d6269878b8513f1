import type { EventEmitter } from "node:events";

import type { DataSource } from "typeorm";

/** What happens to a statement. */
export type FaultKind =
  /** It fails in the client: the server never sees it. */
  | "fails"
  /** The server answers it with an error, as one does that fails. */
  | "refused"
  /** The server answers it with an error, as a trigger does that refuses the rows: only where it writes. */
  | "vetoed"
  /** Its connection is killed before it, by another one. */
  | "killed-before"
  /** Its connection is killed once it has been answered; the answer arrives. */
  | "killed-after"
  /** The transaction is chosen as the victim of a deadlock; on SQLite its snapshot is out of date. */
  | "deadlock"
  /** The process is gone before it, on SQLite: the files are copied as they are then. */
  | "exit"
  /** The process kills itself before it, on SQLite. */
  | "sigkill"
  /** The server is killed before it, and is started again once the call has ended. */
  | "server-killed"
  /** The server is killed before it, and started again at once. */
  | "server-restarted";

export interface Fault {
  readonly kind: FaultKind;
  /** The statement, counted from 1. */
  readonly at: number;
}

/** How a database does what a fault needs. */
export interface FaultMaker {
  /** Statements in whose place the server ends with the error of a kind. */
  readonly refused: readonly string[];
  readonly vetoed: readonly string[];
  readonly deadlock: readonly string[];
  /** Kills a connection, and waits until it is gone. */
  kill(connection: number): Promise<void>;
  /** Kills the server, and starts it again where it is to go on. */
  killServer(restart: boolean): Promise<void>;
}

type Done = (error: Error | null, ...rest: unknown[]) => void;

interface PostgresClient extends EventEmitter {
  processID: number;
  query(statement: unknown, ...rest: unknown[]): unknown;
}

interface MysqlConnection {
  threadId: number;
  stream: EventEmitter & { destroyed: boolean };
  query(statement: unknown, ...rest: unknown[]): unknown;
}

interface SqliteStatement {
  run(...parameters: unknown[]): unknown;
  all(...parameters: unknown[]): unknown;
}

/** What the driver better-sqlite3 gives. */
export interface SqliteDatabase {
  readonly inTransaction: boolean;
  prepare(statement: string): SqliteStatement;
}

/** Stands between TypeORM and the connections of its driver: counts statements, and lets one of them fail. */
export class Injector {
  /** What was sent since it was armed. */
  readonly statements: string[] = [];
  /** What happens at an `exit` or a `sigkill`. */
  atExit: (() => void) | undefined;
  #fault: Fault | undefined;
  #armed = false;
  #closed: Promise<void> | undefined;
  #sqlite: SqliteDatabase | undefined;
  readonly #wrapped = new WeakSet();

  constructor(readonly maker: FaultMaker) {}

  /** From here on statements are counted; the fault, where there is one, happens once. */
  arm(fault?: Fault): void {
    this.statements.length = 0;
    this.#fault = fault;
    this.#armed = true;
    this.#closed = undefined;
  }

  /** Whether the one connection of a SQLite data source is in a transaction. */
  get inTransaction(): boolean {
    return this.#sqlite?.inTransaction ?? false;
  }

  /** Runs what is neither counted nor hit. */
  async aside<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#armed = false;
    try {
      return await work();
    } finally {
      this.#armed = true;
    }
  }

  /** Once the client has seen that a connection was killed. */
  async disarm(): Promise<void> {
    this.#armed = false;
    await this.#closed;
  }

  /** Wraps the connections of an initialized data source as its pool hands them out. */
  attach(dataSource: DataSource): void {
    const { master, pool } = dataSource.driver as unknown as {
      master?: EventEmitter;
      pool?: EventEmitter;
    };
    if (master)
      master.on("acquire", (client: PostgresClient) => {
        this.#wrapClient(client);
      });
    else
      pool?.on("acquire", (connection: MysqlConnection) => {
        this.#wrapConnection(connection);
      });
  }

  #wrapClient(client: PostgresClient): void {
    if (this.#wrapped.has(client)) return;
    this.#wrapped.add(client);
    const query = client.query.bind(client);
    const closed = new Promise<void>((resolve) =>
      client.once("end", () => {
        resolve();
      }),
    );
    client.query = (statement, ...rest) => {
      const send = (text: unknown, ...values: unknown[]): Promise<unknown> =>
        query(text, ...values) as Promise<unknown>;
      if (!this.#armed || typeof statement !== "string") return query(statement, ...rest);
      return this.#around(statement, client.processID, closed, send, () =>
        send(statement, ...rest),
      );
    };
  }

  #wrapConnection(connection: MysqlConnection): void {
    if (this.#wrapped.has(connection)) return;
    this.#wrapped.add(connection);
    const query = connection.query.bind(connection);
    const closed = new Promise<void>((resolve) =>
      connection.stream.once("close", () => {
        resolve();
      }),
    );
    const send = (...given: unknown[]): Promise<unknown[]> =>
      new Promise((resolve, reject) => {
        const done: Done = (error, ...rest) => {
          if (error) reject(error);
          else resolve(rest);
        };
        query(given[0], ...given.slice(1), done);
      });
    connection.query = (statement, ...rest) => {
      if (!this.#armed || typeof statement !== "string") return query(statement, ...rest);
      const done = rest.at(-1) as Done;
      const values = rest.slice(0, -1);
      this.#around(statement, connection.threadId, closed, send, () =>
        send(statement, ...values),
      ).then(
        (answer) => {
          done(null, ...(answer as unknown[]));
        },
        (error: unknown) => {
          done(error as Error);
        },
      );
      return undefined;
    };
  }

  async #around(
    statement: string,
    connection: number,
    closed: Promise<void>,
    send: (statement: string) => Promise<unknown>,
    original: () => Promise<unknown>,
  ): Promise<unknown> {
    const kind = this.#next(statement);
    if (kind === "fails") throw new Error("injected: the statement was not sent");
    if (kind === "refused" || kind === "vetoed" || kind === "deadlock") {
      for (const instead of this.maker[kind]) await send(instead);
    }
    if (kind === "server-killed" || kind === "server-restarted") {
      this.#closed = closed;
      await this.maker.killServer(kind === "server-restarted");
    }
    if (kind !== "killed-before" && kind !== "killed-after") return original();
    this.#closed = closed;
    const answer = kind === "killed-after" ? await original() : undefined;
    await this.maker.kill(connection);
    return kind === "killed-after" ? answer : original();
  }

  /** Wraps a SQLite database as it is opened: its statements run at once. */
  wrapSqlite(database: SqliteDatabase): void {
    this.#sqlite = database;
    const prepare = database.prepare.bind(database);
    database.prepare = (text) => {
      const statement = prepare(text);
      for (const way of ["run", "all"] as const) {
        const run = statement[way].bind(statement);
        statement[way] = (...parameters) => {
          if (this.#armed) this.#beforeSqlite(text);
          return run(...parameters);
        };
      }
      return statement;
    };
  }

  #beforeSqlite(text: string): void {
    const kind = this.#next(text);
    if (kind === "exit" || kind === "sigkill") this.atExit?.();
    if (kind === "fails") throw new Error("injected: the statement was not run");
    if (kind === "vetoed") {
      const error = new Error("injected: a trigger has raised it");
      throw Object.assign(error, { name: "SqliteError", code: "SQLITE_CONSTRAINT_TRIGGER" });
    }
    if (kind === "deadlock") {
      const error = new Error("injected: database is locked");
      throw Object.assign(error, { name: "SqliteError", code: "SQLITE_BUSY_SNAPSHOT" });
    }
  }

  /** The fault of the statement that comes. */
  #next(statement: string): FaultKind | undefined {
    this.statements.push(statement);
    return this.statements.length === this.#fault?.at ? this.#fault.kind : undefined;
  }
}
