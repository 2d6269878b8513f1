import { startEmbeddedPostgres, type RunningPostgres } from "./embedded-postgres";
import { sortMysqlServers } from "./mysql-servers";
import { isAskedFor } from "./sandbox";

declare global {
  /** The server that this run started itself, for the global teardown. */
  var embeddedPostgres: RunningPostgres | undefined;
}

/** Workers are started after this and inherit the environment. */
export default async function globalSetup(): Promise<void> {
  if (isAskedFor("postgres") && !process.env["TEST_POSTGRES_URL"]) {
    globalThis.embeddedPostgres = await startEmbeddedPostgres();
    process.env["TEST_POSTGRES_URL"] = globalThis.embeddedPostgres.url;
  }
  await sortMysqlServers();
}
