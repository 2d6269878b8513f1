import { setTimeout } from "node:timers/promises";

import { DataSource, type EntityTarget, type ObjectLiteral } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteError } from "../../src";
import { later } from "../harness/later";
import type { ProofDatabase } from "./databases";
import { Injector, type SqliteDatabase } from "./injector";
import { fill, SMALL } from "./fill";
import type { Random } from "./random";
import { Branch, Customer, Invoice, Item, Purchase, Shop, SOFT_DELETABLE, TABLES } from "./shop";

export type Row = Readonly<Record<string, unknown>>;

export type Rows = Readonly<Record<(typeof TABLES)[number], readonly Row[]>>;

const GENERATED = "activeKey";

const NONE = Object.fromEntries(TABLES.map((table) => [table, []])) as unknown as Rows;

/** Random rows, some of them deleted already, to which the tables can be put back. */
export class World {
  /** As everything was in the beginning. */
  rows: Rows = NONE;

  private constructor(
    readonly database: ProofDatabase,
    private connected: Connected,
  ) {}

  /** A world that another process has made, with nothing changed in it. */
  static async attach(database: ProofDatabase): Promise<World> {
    const world = new World(database, await open(database));
    world.rows = await world.now();
    return world;
  }

  /** One without rows, in an empty database. */
  static async create(database: ProofDatabase): Promise<World> {
    const world = new World(database, await open(database, true));
    await database.plain.all(
      TABLES.map((table) => `CREATE TABLE "seed_${table}" AS SELECT * FROM "${table}" WHERE 1 = 0`),
    );
    return world;
  }

  get dataSource(): DataSource {
    return this.connected.dataSource;
  }

  get injector(): Injector {
    return this.connected.injector;
  }

  /** Gives it other rows, by a seed. */
  async fill(random: Random): Promise<void> {
    const { dataSource, database } = this;
    await this.#write(
      TABLES.flatMap((table) => [`DELETE FROM "${table}"`, `DELETE FROM "seed_${table}"`]),
    );
    await fill(dataSource, database, random, SMALL);
    await deleteSome(dataSource, database, random);
    await database.plain.all(
      TABLES.map((table) => `INSERT INTO "seed_${table}" SELECT * FROM "${table}"`),
    );
    this.rows = await this.now();
  }

  /** Goes on with new connections, where something is wrong with the old ones. */
  async reopen(): Promise<void> {
    await this.connected.abandon();
    this.connected = await open(this.database);
    await this.reset(await this.now());
  }

  /** The rows as they are now. */
  now(): Promise<Rows> {
    return readRows(this.database);
  }

  /** Puts back what has changed: what differs in the rows as they are, and what is written without a look. */
  async reset(now: Rows, touched: readonly string[] = []): Promise<void> {
    const changed = TABLES.filter(
      (table) => touched.includes(table) || text(now[table]) !== text(this.rows[table]),
    );
    if (changed.length === 0) return;
    await this.#write([
      ...changed.map((table) => `DELETE FROM "${table}"`),
      ...changed.flatMap((table) => {
        const [first] = this.rows[table];
        if (!first) return [];
        const names = Object.keys(first).filter((name) => name !== GENERATED);
        const columns = names.map((name) => `"${name}"`).join(", ");
        return [`INSERT INTO "${table}" (${columns}) SELECT ${columns} FROM "seed_${table}"`];
      }),
    ]);
  }

  /** In one transaction, without a check of foreign keys. */
  async #write(statements: readonly string[]): Promise<void> {
    const { plain, foreignKeys } = this.database;
    const all = [foreignKeys(false), "BEGIN", ...statements, "COMMIT", foreignKeys(true)];
    try {
      await plain.all(all);
    } catch (error) {
      await plain.query("ROLLBACK").catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.connected.abandon();
  }
}

/** A data source whose statements go through an injector. */
export interface Connected {
  readonly dataSource: DataSource;
  readonly injector: Injector;
  /** Closes its connections, whatever they are at. */
  abandon(): Promise<void>;
}

export async function open(database: ProofDatabase, synchronize = false): Promise<Connected> {
  const injector = new Injector(database);
  const dataSource = new DataSource({
    ...database.options(),
    ...(database.file === undefined
      ? {}
      : {
          prepareDatabase: (opened: SqliteDatabase) => {
            injector.wrapSqlite(opened);
          },
        }),
    synchronize,
  });
  await dataSource.initialize();
  injector.attach(dataSource);
  const abandon = async (): Promise<void> => {
    // A leaked connection of a server is killed there: destroy() would wait for it.
    await database.disconnect();
    await Promise.race([
      dataSource.destroy().catch(() => undefined),
      setTimeout(2_000, undefined, { ref: false }),
    ]);
  };
  return { dataSource, injector, abandon };
}

function text(rows: readonly Row[]): string {
  return JSON.stringify(rows);
}

/** Each table in the order of its keys. */
export async function readRows({ plain }: Pick<ProofDatabase, "plain">): Promise<Rows> {
  const all = await plain.all(
    TABLES.map((table) => {
      const order = table === "purchase_tag" ? `"purchaseId", "tagId"` : `"id"`;
      return `SELECT * FROM "${table}" ORDER BY ${order}`;
    }),
  );
  return Object.fromEntries(TABLES.map((table, at) => [table, all[at]])) as unknown as Rows;
}

/** One deletion after the other: rows of their own first, and then what is above some of them. */
async function deleteSome(
  dataSource: DataSource,
  { plain }: ProofDatabase,
  random: Random,
): Promise<void> {
  const purchases = (await plain.query(`SELECT * FROM "purchase" ORDER BY "id"`)) as Row[];
  const [lower, other] = random.shuffled(purchases);
  const rows: [EntityTarget<ObjectLiteral & { id: number }>, unknown][] = [
    [Item, 1 + random.below(14)],
    [Invoice, 1 + random.below(3)],
    [Purchase, lower?.["id"]],
    [Purchase, other?.["id"]],
    [Customer, lower?.["customerId"] ?? 1 + random.below(4)],
    [Branch, other?.["branchId"] ?? 1 + random.below(9)],
    [Branch, 4 + random.below(6)],
  ];
  if (random.below(3) === 0) rows.push([Shop, 1 + random.below(3)]);
  for (const [target, id] of rows) {
    const repository = getSoftDeleteRepository(dataSource, target);
    await later();
    try {
      await repository.softDelete(Number(id), { reason: "before" });
    } catch (error) {
      if (!(error instanceof SoftDeleteError)) throw error;
    }
  }
  await later();
}

/** The rows in a form in which two runs of one operation are the same: what is new in them goes by numbers. */
export function comparable(rows: Rows, known: Rows): { rows: string; log: string; note: boolean } {
  const names = new Map<unknown, string>();
  for (const table of SOFT_DELETABLE) {
    for (const row of known[table]) {
      for (const column of ["deletedAt", "deletionId"]) {
        if (row[column] !== null) names.set(key(row[column]), `known ${key(row[column])}`);
      }
    }
  }
  let ids = 0;
  const name = (kind: "date" | "id", value: unknown): string | null => {
    if (value === null || value === undefined) return null;
    const given = names.get(key(value));
    if (given !== undefined) return given;
    const next = kind === "date" ? "new date" : `new ${String(++ids)}`;
    names.set(key(value), next);
    return next;
  };
  const tables = [...SOFT_DELETABLE, "purchase_tag" as const].map((table) =>
    rows[table].map((row) => ({
      ...row,
      ...("deletedAt" in row
        ? { deletedAt: name("date", row["deletedAt"]), deletionId: name("id", row["deletionId"]) }
        : {}),
    })),
  );
  const log = rows.soft_delete_log
    .map((entry) =>
      JSON.stringify({ ...entry, id: 0, at: 0, deletionId: name("id", entry["deletionId"]) }),
    )
    .sort();
  return { rows: JSON.stringify(tables), log: JSON.stringify(log), note: rows.note.length > 1 };
}

function key(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}
