import Database from "better-sqlite3";
import { createConnection, type Connection, type ConnectionOptions } from "mysql2/promise";
import { Client } from "pg";

/** A connection past TypeORM and the package. */
export interface Plain {
  /** The rows of a statement. */
  query(statement: string): Promise<unknown[]>;
  /** The rows of each of several statements, in one round trip where there is one. */
  all(statements: readonly string[]): Promise<unknown[][]>;
  /** Connects anew, where the server was killed. */
  reconnect(): Promise<void>;
  close(): Promise<void>;
}

/** One that is connected anew with what its session is told first. */
abstract class Reconnecting<Client> {
  protected constructor(protected client: Client) {}

  protected abstract connect(): Promise<Client>;
  abstract all(statements: readonly string[]): Promise<unknown[][]>;
  abstract close(): Promise<void>;

  async query(statement: string): Promise<unknown[]> {
    const [rows] = await this.all([statement]);
    return rows ?? [];
  }

  async reconnect(): Promise<void> {
    await this.close().catch(() => undefined);
    this.client = await this.connect();
  }
}

export class PlainPostgres extends Reconnecting<Client> implements Plain {
  static async open(url: string, settings: string): Promise<PlainPostgres> {
    return new PlainPostgres(url, settings, await connectPostgres(url, settings));
  }

  private constructor(
    private readonly url: string,
    private readonly settings: string,
    client: Client,
  ) {
    super(client);
  }

  protected connect(): Promise<Client> {
    return connectPostgres(this.url, this.settings);
  }

  async all(statements: readonly string[]): Promise<unknown[][]> {
    const answer = (await this.client.query(statements.join("; "))) as unknown;
    return (Array.isArray(answer) ? answer : [answer]).map(({ rows }: { rows: unknown[] }) => rows);
  }

  close(): Promise<void> {
    return this.client.end();
  }
}

async function connectPostgres(connectionString: string, settings: string): Promise<Client> {
  const client = new Client({ connectionString, options: settings });
  // Of a server that is killed the next statement tells.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

export class PlainMysql extends Reconnecting<Connection> implements Plain {
  static async open(server: ConnectionOptions, settings: readonly string[]): Promise<PlainMysql> {
    return new PlainMysql(server, settings, await connectMysql(server, settings));
  }

  private constructor(
    private readonly server: ConnectionOptions,
    private readonly settings: readonly string[],
    client: Connection,
  ) {
    super(client);
  }

  protected connect(): Promise<Connection> {
    return connectMysql(this.server, this.settings);
  }

  async all(statements: readonly string[]): Promise<unknown[][]> {
    if (statements.length === 0) return [];
    const [answer] = await this.client.query(statements.join("; "));
    return statements.length === 1 ? [answer as unknown[]] : (answer as unknown[][]);
  }

  close(): Promise<void> {
    return this.client.end();
  }
}

async function connectMysql(
  server: ConnectionOptions,
  settings: readonly string[],
): Promise<Connection> {
  const client = await createConnection({
    ...server,
    dateStrings: true,
    multipleStatements: true,
  });
  client.on("error", () => undefined);
  await client.query(settings.join("; "));
  return client;
}

/** A file. */
export class PlainSqlite implements Plain {
  readonly #database: Database;

  constructor(file: string, timeout: number) {
    this.#database = new Database(file, { timeout });
  }

  query(statement: string): Promise<unknown[]> {
    return new Promise((resolve) => {
      const prepared = this.#database.prepare(statement);
      if (!prepared.reader) prepared.run();
      resolve(prepared.reader ? prepared.all() : []);
    });
  }

  async all(statements: readonly string[]): Promise<unknown[][]> {
    const answers: unknown[][] = [];
    for (const statement of statements) answers.push(await this.query(statement));
    return answers;
  }

  reconnect(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#database.close();
    return Promise.resolve();
  }
}
