import { startEmbeddedPostgres, type RunningPostgres } from "./embedded-postgres";

declare global {
  /** The server that this run started itself, for the global teardown. */
  var embeddedPostgres: RunningPostgres | undefined;
}

/** Workers are started after this and inherit the environment. */
export default async function globalSetup(): Promise<void> {
  if (!process.env["TEST_POSTGRES_URL"]) {
    globalThis.embeddedPostgres = await startEmbeddedPostgres();
    process.env["TEST_POSTGRES_URL"] = globalThis.embeddedPostgres.url;
  }
  if (!process.env["TEST_MYSQL_URL"]) {
    console.warn("\nTEST_MYSQL_URL is not set: every MySQL/MariaDB case is skipped.");
  }
}
