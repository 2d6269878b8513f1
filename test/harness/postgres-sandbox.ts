import { Client } from "pg";

import { requiredUrl, sandboxName, type Sandbox } from "./sandbox";

/**
 * A schema that the connections find by their search path, so that the recorded statements name
 * tables as they do without a harness.
 */
export function postgresSandbox(): Sandbox {
  const schema = sandboxName();
  let admin: Client | undefined;

  async function connected(): Promise<Client> {
    if (!admin) {
      admin = new Client({ connectionString: requiredUrl("TEST_POSTGRES_URL") });
      await admin.connect();
      await admin.query("SET client_min_messages = warning; SET synchronous_commit = off");
    }
    return admin;
  }

  return {
    options: () => ({
      type: "postgres",
      url: requiredUrl("TEST_POSTGRES_URL"),
      // What a test has committed need not outlive a power cut.
      extra: { options: `-c search_path=${schema} -c synchronous_commit=off` },
      // An extension would belong to this schema and vanish with it for everybody.
      installExtensions: false,
      uuidExtension: "pgcrypto",
    }),
    async reset() {
      const client = await connected();
      await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}`);
    },
    async drop() {
      if (!admin) return;
      await admin.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await admin.end();
      admin = undefined;
    },
  };
}
