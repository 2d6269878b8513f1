import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { sandboxName, type Sandbox } from "./sandbox";

/** In memory, or in a temporary directory where a second data source has to see the same rows. */
export function betterSqlite3Sandbox(): Sandbox {
  let directory: string | undefined;

  async function drop(): Promise<void> {
    if (directory) await rm(directory, { recursive: true, force: true });
    directory = undefined;
  }

  return {
    options(file) {
      if (!file) return { type: "better-sqlite3", database: ":memory:" };
      if (!directory)
        throw new Error("connect() on better-sqlite3 needs open(..., { file: true }).");
      return {
        type: "better-sqlite3",
        database: join(directory, "test.sqlite"),
        // What a test has committed need not outlive a power cut.
        prepareDatabase: (file: { pragma(text: string): unknown }) => {
          file.pragma("synchronous = OFF");
        },
      };
    },
    async reset() {
      await drop();
      directory = await mkdtemp(join(tmpdir(), `${sandboxName()}-`));
    },
    drop,
  };
}
