import { join } from "node:path";

import { Client } from "pg";

import { postgresDirectories } from "../harness/own-servers";
import {
  findProgram,
  freePorts,
  removeDirectory,
  run,
  Server,
  serverDirectory,
} from "../harness/servers";

const [postgres, initdb, backup] = ["postgres", "initdb", "pg_basebackup"].map((name) =>
  findProgram(name, postgresDirectories()),
);

/** What is not installed that a primary and a standby need; undefined where all of it is. */
export const standbyLacks =
  postgres && initdb && backup ? undefined : "needs PostgreSQL's postgres, initdb, pg_basebackup";

/** A PostgreSQL, and a standby of it that stays behind for good. */
export interface Replicated {
  readonly primary: string;
  readonly standby: string;
  stop(): Promise<void>;
}

/**
 * Starts a primary, lets it be filled, and then starts a standby of it: what is committed later reaches the standby, which
 * keeps it back.
 */
export async function startReplicated(
  fill: (primary: string) => Promise<void>,
): Promise<Replicated> {
  const root = await serverDirectory("standby");
  const servers: Server[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
    await removeDirectory(root);
  };
  try {
    const [first, second] = await freePorts(2);
    const url = (port = 0): string => `postgres://postgres@127.0.0.1:${String(port)}/postgres`;
    const launch = async (name: string, port = 0, settings: readonly string[]): Promise<void> => {
      const all = ["listen_addresses=127.0.0.1", `port=${String(port)}`, ...COMMON, ...settings];
      const given = ["-D", join(root, name), ...all.flatMap((setting) => ["-c", setting])];
      const server = new Server(root, postgres ?? "", given, join(root, `${name}.log`));
      servers.push(server);
      await server.until(() => answers(url(port)));
    };
    await run(root, initdb ?? "", [
      ...["-D", join(root, "primary")],
      ...["-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"],
    ]);
    await launch("primary", first, []);
    await fill(url(first));
    await run(root, backup ?? "", [
      ...["-D", join(root, "standby"), "-d", url(first)],
      ...["-R", "-c", "fast", "--no-sync"],
    ]);
    await launch("standby", second, ["recovery_min_apply_delay=1h"]);
    return { primary: url(first), standby: url(second), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const COMMON = ["fsync=off", "unix_socket_directories=", "shared_buffers=16MB"];

async function answers(connectionString: string): Promise<boolean> {
  const client = new Client({ connectionString });
  await client.connect();
  await client.end();
  return true;
}
