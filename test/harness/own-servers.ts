import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { createConnection } from "mysql2/promise";
import { Client } from "pg";

import { findProgram, freePorts, removeDirectory, run, Server, serverDirectory } from "./servers";

/** A server that was started for one purpose, and may be killed. */
export interface OwnServer {
  readonly url: string;
  /** Kills all its processes; what it has written is the operating system's. */
  kill(): Promise<void>;
  /** Starts it again on what the killed one has left. */
  start(): Promise<void>;
  /** Ends it, and removes its directory. */
  stop(): Promise<void>;
}

export type OwnServerName = "postgres" | "mariadb" | "mysql";

/** How a server is made and started in a directory. */
interface Recipe {
  readonly asRoot?: boolean;
  url(port: number): string;
  /** The programs with their arguments: the first makes the data, the second is the server. */
  commands(directory: string, port: number): [make: string[], serve: string[]];
  answers(url: string): Promise<unknown>;
}

/** Starts a server on a port of its own. It never waits for a disk: it survives that it is killed, not the machine's end. */
export async function startOwnServer(name: OwnServerName): Promise<OwnServer> {
  const recipe = RECIPES[name]();
  if (!recipe) throw new Error(`No ${name} is installed that could be started.`);
  const directory = await serverDirectory(name);
  const [port] = await freePorts(1);
  const url = recipe.url(port ?? 0);
  const [[maker = "", ...made], [program = "", ...served]] = recipe.commands(directory, port ?? 0);
  let server: Server | undefined;
  const own: OwnServer = {
    url,
    async kill() {
      await server?.stop();
    },
    async start() {
      server = new Server(directory, program, served, join(directory, "log"), recipe.asRoot);
      await server.until(async () => {
        await recipe.answers(url);
        return true;
      });
    },
    async stop() {
      await server?.stop();
      await removeDirectory(directory);
    },
  };
  try {
    await run(directory, maker, made, recipe.asRoot);
    await own.start();
    return own;
  } catch (error) {
    await own.stop();
    throw error;
  }
}

/** Whether its programs are installed. */
export function canStart(name: OwnServerName): boolean {
  return RECIPES[name]() !== undefined;
}

const DEBIAN = "/usr/lib/postgresql";

/** Where PostgreSQL's programs stand on Debian, which does not put them on the path; the newest first. */
export function postgresDirectories(): string[] {
  if (!existsSync(DEBIAN)) return [];
  const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(DEBIAN, version, "bin"));
}

function postgres(): Recipe | undefined {
  const directories = postgresDirectories();
  const [program, initdb] = ["postgres", "initdb"].map((one) => findProgram(one, directories));
  if (!program || !initdb) return undefined;
  return {
    url: (port) => `postgres://postgres@127.0.0.1:${String(port)}/postgres`,
    commands(directory, port) {
      const data = ["-D", join(directory, "data")];
      const settings = [
        ...["listen_addresses=127.0.0.1", `port=${String(port)}`, "unix_socket_directories="],
        ...["fsync=off", "shared_buffers=64MB", "max_wal_size=256MB"],
      ];
      const flags = ["-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8"];
      return [
        [initdb, ...data, ...flags, "--locale=C"],
        [program, ...data, ...settings.flatMap((setting) => ["-c", setting])],
      ];
    },
    async answers(connectionString) {
      const client = new Client({ connectionString });
      await client.connect();
      await client.end();
    },
  };
}

function mysqlUrl(port: number): string {
  return `mysql://root@127.0.0.1:${String(port)}/mysql`;
}

async function mysqlAnswers(uri: string): Promise<void> {
  const connection = await createConnection(uri);
  await connection.end();
}

/** Written to the operating system at each commit: less would be lost with the process. */
const INNODB = ["--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=64M"];

function listening(directory: string, port: number): string[] {
  return [
    ...[`--datadir=${join(directory, "data")}`, `--port=${String(port)}`],
    ...["--bind-address=127.0.0.1", `--socket=${join(directory, "socket")}`],
    ...[`--pid-file=${join(directory, "pid")}`, `--log-error=${join(directory, "log")}`],
  ];
}

function mariadb(): Recipe | undefined {
  const [program, install] = [findProgram("mariadbd"), findProgram("mariadb-install-db")];
  if (!program || !install) return undefined;
  return {
    url: mysqlUrl,
    answers: mysqlAnswers,
    commands: (directory, port) => [
      [
        ...[install, "--no-defaults", `--datadir=${join(directory, "data")}`],
        ...["--auth-root-authentication-method=normal", "--skip-test-db"],
      ],
      [program, "--no-defaults", ...listening(directory, port), ...INNODB],
    ],
  };
}

/** A MySQL that is unpacked, and not installed, beside the machine's MariaDB: a directory with its own loader. */
function mysql(): Recipe | undefined {
  const home = process.env["MYSQL_HOME"] ?? join(homedir(), ".cache/mysql-server");
  const root = join(home, "root/usr");
  const program = join(root, "sbin/mysqld");
  if (!existsSync(program)) return undefined;
  const loaded = [
    ...[join(root, "lib64/ld-linux-x86-64.so.2"), "--library-path"],
    ...[join(root, "lib/x86_64-linux-gnu"), program, "--no-defaults", `--basedir=${root}`],
    ...[`--lc-messages-dir=${join(root, "share/mysql")}`],
    ...[`--plugin-dir=${join(root, "lib/mysql/plugin")}`],
    ...[`--character-sets-dir=${join(root, "share/mysql/charsets")}`, "--secure-file-priv=NULL"],
    ...(process.getuid?.() === 0 ? ["--user=root"] : []),
  ];
  return {
    // It may stand in a home directory, where nobody else may read.
    asRoot: true,
    url: mysqlUrl,
    answers: mysqlAnswers,
    commands: (directory, port) => [
      [...loaded, "--initialize-insecure", `--datadir=${join(directory, "data")}`],
      [
        ...[...loaded, ...listening(directory, port), ...INNODB, "--skip-log-bin"],
        ...["--mysqlx=OFF", "--performance-schema=OFF"],
      ],
    ],
  };
}

const RECIPES = { postgres, mariadb, mysql } as const;
