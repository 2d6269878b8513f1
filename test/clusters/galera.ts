import { existsSync } from "node:fs";
import { join } from "node:path";

import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";

import {
  findProgram,
  freePorts,
  removeDirectory,
  run,
  Server,
  serverDirectory,
} from "../harness/servers";

const PROVIDERS = [
  "/usr/lib/galera/libgalera_smm.so",
  "/usr/lib64/galera-4/libgalera_smm.so",
  "/usr/lib/libgalera_smm.so",
];

const provider = process.env["GALERA_PROVIDER"] ?? PROVIDERS.find((file) => existsSync(file));
const mariadbd = findProgram("mariadbd");
const install = findProgram("mariadb-install-db");
const rsync = findProgram("rsync");

/** What is not installed that two nodes need; undefined where all of it is. */
export const galeraLacks =
  provider && mariadbd && install && rsync
    ? undefined
    : `needs ${["mariadbd", "mariadb-install-db", "rsync"].join(", ")} and the Galera provider`;

/** Two nodes that replicate each other, and take writes both. */
export interface Galera {
  /** Where the nodes listen. */
  readonly ports: readonly [number, number];
  /** A connection to a node that sees all that any node has committed. */
  connect(port: number): Promise<Connection>;
  stop(): Promise<void>;
}

/** Starts two nodes of MariaDB, the second as a copy of the first. */
export async function startGalera(): Promise<Galera> {
  const root = await serverDirectory("galera");
  const servers: Server[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
    await removeDirectory(root);
  };
  try {
    const [first, second, group, otherGroup, ist, otherIst, sst, otherSst] = await freePorts(8);
    const nodes = [
      { name: "one", port: first!, group: group!, ist: ist!, sst: sst! },
      { name: "two", port: second!, group: otherGroup!, ist: otherIst!, sst: otherSst! },
    ] as const;
    await run(root, install ?? "", [
      "--no-defaults",
      `--datadir=${join(root, "one")}`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
    ]);
    for (const node of nodes) {
      await run(root, "mkdir", ["-p", join(root, node.name)]);
      const log = join(root, `${node.name}.log`);
      const peers = node.name === "one" ? "" : `127.0.0.1:${String(nodes[0].group)}`;
      const server = new Server(root, mariadbd ?? "", settings(root, node, peers, log), log);
      servers.push(server);
      await server.until(() => isSynced(node.port));
    }
    return { ports: [nodes[0].port, nodes[1].port], connect: connectTo, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Node {
  readonly name: string;
  readonly port: number;
  readonly group: number;
  readonly ist: number;
  readonly sst: number;
}

function settings(root: string, node: Node, peers: string, log: string): string[] {
  const { name, port, group, ist, sst } = node;
  const address = (of: number): string => `127.0.0.1:${String(of)}`;
  const options = {
    "gcache.size": "32M",
    "gmcast.listen_addr": `tcp://${address(group)}`,
    "ist.recv_addr": address(ist),
  };
  return [
    "--no-defaults",
    `--datadir=${join(root, name)}`,
    `--port=${String(port)}`,
    "--bind-address=127.0.0.1",
    `--socket=${join(root, `${name}.sock`)}`,
    `--pid-file=${join(root, `${name}.pid`)}`,
    `--log-error=${log}`,
    "--binlog-format=ROW",
    "--innodb-autoinc-lock-mode=2",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-buffer-pool-size=64M",
    "--wsrep-on=ON",
    "--wsrep-retry-autocommit=0",
    `--wsrep-provider=${provider ?? ""}`,
    `--wsrep-cluster-address=gcomm://${peers}`,
    `--wsrep-node-address=${address(group)}`,
    `--wsrep-node-name=${name}`,
    "--wsrep-sst-method=rsync",
    `--wsrep-sst-receive-address=${address(sst)}`,
    `--wsrep-provider-options=${Object.entries(options)
      .map((pair) => pair.join("="))
      .join(";")}`,
  ];
}

async function connectTo(port: number): Promise<Connection> {
  const connection = await createConnection({ host: "127.0.0.1", port, user: "root" });
  await connection.query("SET SESSION wsrep_sync_wait = 15");
  return connection;
}

async function isSynced(port: number): Promise<boolean> {
  const connection = await createConnection({ host: "127.0.0.1", port, user: "root" });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(
      "SHOW STATUS LIKE 'wsrep_local_state_comment'",
    );
    return rows[0]?.["Value"] === "Synced";
  } finally {
    await connection.end();
  }
}
