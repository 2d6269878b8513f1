import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from "typeorm";

import { SoftDeleteManager, SoftDeleteSubscriber } from "../../src";
import { describeEachDriver, type DatabaseName, type TestEntities } from "../harness";

/** A column of the two that TypeORM's own soft delete moves as well. */
const MOVING = ["version", "updatedAt"];

type Row = Record<string, unknown>;

/** A data source with the subscriber, whose clock stands still until a test moves it. */
export class World {
  dataSource!: DataSource;
  time = new Date("2026-03-01T12:00:00.000Z");

  /** The transaction of `fill`, while there is one. */
  #inside: EntityManager | undefined;

  constructor(readonly database: DatabaseName) {}

  get manager(): EntityManager {
    return this.#inside ?? this.dataSource.manager;
  }

  /** Inserts in one transaction: a server takes as long for a commit as for many rows. */
  async fill(insert: () => Promise<void>): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      this.#inside = manager;
      await insert().finally(() => (this.#inside = undefined));
    });
  }

  get softDeletes(): SoftDeleteManager {
    return new SoftDeleteManager(this.dataSource);
  }

  get subscriber(): typeof SoftDeleteSubscriber {
    return SoftDeleteSubscriber.with({ clock: () => this.time });
  }

  /** Moves the clock on. */
  tick(milliseconds = 1): void {
    this.time = new Date(this.time.getTime() + milliseconds);
  }

  /** Inserts rows, in chunks that every database takes in one statement. */
  async insert<Entity extends ObjectLiteral>(
    target: EntityTarget<Entity>,
    rows: readonly object[],
  ): Promise<void> {
    for (let at = 0; at < rows.length; at += 1000) {
      await this.manager
        .createQueryBuilder()
        .insert()
        .into(target)
        .values(rows.slice(at, at + 1000))
        .updateEntity(false)
        .callListeners(false)
        .execute();
    }
  }

  /** Every row of every table as the database has it. */
  async everything(): Promise<Record<string, Row[]>> {
    const all: Record<string, Row[]> = {};
    for (const { name, tableName, primaryColumns } of this.dataSource.entityMetadatas) {
      const keys = primaryColumns.map((column) => this.escape(column.databaseName)).join(", ");
      all[name] = await this.dataSource.query(
        `SELECT * FROM ${this.escape(tableName)} ORDER BY ${keys}`,
      );
    }
    return all;
  }

  /** The same without the columns that every operation moves. */
  async content(): Promise<Record<string, Row[]>> {
    const all = await this.everything();
    const settled = (row: Row): Row =>
      Object.fromEntries(Object.entries(row).filter(([column]) => !MOVING.includes(column)));
    return Object.fromEntries(Object.entries(all).map(([name, rows]) => [name, rows.map(settled)]));
  }

  /** The rows of an entity, deleted ones too, by their `id`. */
  async rows<Entity extends ObjectLiteral>(target: EntityTarget<Entity>): Promise<Entity[]> {
    const { primaryColumns } = this.dataSource.getMetadata(target);
    const order = Object.fromEntries(primaryColumns.map((column) => [column.propertyName, "ASC"]));
    return this.dataSource
      .getRepository(target)
      .find({ withDeleted: true, order: order as never, loadEagerRelations: false });
  }

  async row<Entity extends ObjectLiteral>(
    target: EntityTarget<Entity>,
    id: number,
  ): Promise<Entity> {
    return this.dataSource
      .getRepository(target)
      .findOneOrFail({ where: { id } as never, withDeleted: true });
  }

  /** The ids of the active rows. */
  async active<Entity extends ObjectLiteral>(target: EntityTarget<Entity>): Promise<number[]> {
    const rows = (await this.rows(target)) as unknown as { id: number; deletedAt: Date | null }[];
    return rows.filter((row) => row.deletedAt === null).map((row) => row.id);
  }

  /** The ids of the rows that carry a deletion id. */
  async taken<Entity extends ObjectLiteral>(
    target: EntityTarget<Entity>,
    deletionId: string | null,
  ): Promise<number[]> {
    if (deletionId === null) throw new Error("Nothing was deleted.");
    const rows = (await this.rows(target)) as unknown as { id: number; deletionId: string }[];
    return rows.filter((row) => row.deletionId === deletionId).map((row) => row.id);
  }

  async empty(): Promise<void> {
    const tables = this.dataSource.entityMetadatas.map(({ tableName }) => this.escape(tableName));
    if (this.database === "postgres") {
      await this.dataSource.query(`TRUNCATE ${tables.join(", ")}`);
      return;
    }
    const runner = this.dataSource.createQueryRunner();
    const [off, on] =
      this.database === "mysql"
        ? ["SET FOREIGN_KEY_CHECKS = 0", "SET FOREIGN_KEY_CHECKS = 1"]
        : ["PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"];
    try {
      await runner.query(off);
      await runner.startTransaction();
      for (const table of tables) await runner.query(`DELETE FROM ${table}`);
      await runner.commitTransaction();
      await runner.query(on);
    } finally {
      await runner.release();
    }
  }

  escape(name: string): string {
    return this.dataSource.driver.escape(name);
  }
}

/**
 * One `describe` per database, and on MariaDB one more for its own uuid type, on one data source that is emptied after each
 * test.
 */
export function describeLaw(
  title: string,
  entities: TestEntities,
  body: (world: World) => void,
  { onceOnMariaDb = false } = {},
): void {
  describeEachDriver(title, (database) => {
    const all = ["mysql", "mariadb"] as const;
    const types = database.server === "mariadb" ? all.slice(onceOnMariaDb ? 1 : 0) : [undefined];
    for (const type of types) {
      const register = (): void => {
        const world = new World(database.name);
        beforeAll(async () => {
          const subscribers = [world.subscriber];
          const options = type ? { subscribers, type } : { subscribers };
          world.dataSource = await database.open(entities, options);
        });
        afterEach(() => world.empty());
        afterAll(() => world.dataSource.destroy());
        body(world);
      };
      if (type) describe(`by the ${type} driver`, register);
      else register();
    }
  });
}

/** The same, on MariaDB by its own driver alone: for what does not look at the type of ids. */
export function describeLawOnce(
  title: string,
  entities: TestEntities,
  body: (world: World) => void,
): void {
  describeLaw(title, entities, body, { onceOnMariaDb: true });
}
