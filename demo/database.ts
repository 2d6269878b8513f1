import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { DataSource, type DataSourceOptions } from "typeorm";

import { SoftDeleteSubscriber } from "../src";
import { startEmbeddedPostgres } from "../test/harness/embedded-postgres";
import type { Clock } from "./clock";
import { ENTITIES } from "./entities";

/** A database for the demo alone, gone afterwards. */
export interface DemoDatabase {
  readonly dataSource: DataSource;
  readonly description: string;
  close(): Promise<void>;
}

/** Opens one whose subscriber goes by a clock. */
export async function openDatabase(
  name: "sqlite" | "postgres",
  clock: Clock,
): Promise<DemoDatabase> {
  return name === "sqlite" ? openSqlite(clock) : openPostgres(clock);
}

async function openSqlite(clock: Clock): Promise<DemoDatabase> {
  const directory = await mkdtemp(join(tmpdir(), "typeorm-soft-delete-demo-"));
  const database = join(directory, "cities.sqlite");
  const dataSource = await connect({ type: "better-sqlite3", database }, clock);
  return {
    dataSource,
    description: "an SQLite file",
    async close() {
      await dataSource.destroy();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function openPostgres(clock: Clock): Promise<DemoDatabase> {
  const given = process.env["TEST_POSTGRES_URL"];
  const embedded = given ? undefined : await startEmbeddedPostgres();
  const url = given ?? embedded!.url;
  const schema = `soft_delete_demo_${Math.random().toString(36).slice(2, 10)}`;
  const admin = await new DataSource({ type: "postgres", url }).initialize();
  await admin.query(`CREATE SCHEMA ${schema}`);
  const dataSource = await connect(
    {
      type: "postgres",
      url,
      extra: { options: `-c search_path=${schema}` },
      installExtensions: false,
    },
    clock,
  );
  return {
    dataSource,
    description: given ? "PostgreSQL" : "an embedded PostgreSQL",
    async close() {
      await dataSource.destroy();
      await admin.query(`SET client_min_messages = warning; DROP SCHEMA ${schema} CASCADE`);
      await admin.destroy();
      await embedded?.stop();
    },
  };
}

function connect(options: DataSourceOptions, clock: Clock): Promise<DataSource> {
  const subscribers = [SoftDeleteSubscriber.with({ clock: () => clock.now() })];
  return new DataSource({
    ...options,
    entities: ENTITIES,
    subscribers,
    synchronize: true,
  }).initialize();
}
