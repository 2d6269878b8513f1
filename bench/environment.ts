import { cpus, totalmem } from "node:os";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const PACKAGES = ["typeorm", "better-sqlite3", "pg", "mysql2"];

/** The machine and the versions that a result belongs to. */
export async function environment(servers: readonly string[]): Promise<string[]> {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const versions = await Promise.all(
    PACKAGES.map(async (name) => `${name} ${await version(name)}`),
  );
  return [
    `${model}, ${cpus().length} cores, ${gibibytes} GiB of memory`,
    `Node.js ${process.versions.node}, ${versions.join(", ")}`,
    servers.join(", "),
  ];
}

async function version(name: string): Promise<string> {
  const file = join(__dirname, "..", "node_modules", name, "package.json");
  return (JSON.parse(await readFile(file, "utf8")) as { version: string }).version;
}
