import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { openSqlite } from "./create-database";
import type { ProofDatabase } from "./databases";
import type { Fault } from "./injector";
import type { Operation } from "./operations";
import type { World } from "./world";

/** What the process that kills itself is told. */
export interface KillOrder {
  readonly database: "sqlite" | "sqlite-wal";
  readonly file: string;
  readonly by: Operation["by"];
  readonly name: string;
  readonly context: string;
  readonly seed: number;
  readonly at: number;
}

/**
 * The files as they are at a statement, which is what a process leaves that is gone then: what it has written is the
 * operating system's.
 */
export async function copyAt(
  { database, injector }: World,
  fault: Fault,
  run: () => Promise<unknown>,
): Promise<ProofDatabase> {
  const file = fileOf(database);
  const copy = join(mkdtempSync(`${dirname(file)}-`), basename(file));
  injector.atExit = () => {
    for (const part of ["", "-journal", "-wal"]) {
      if (existsSync(file + part)) copyFileSync(file + part, copy + part);
    }
  };
  injector.arm(fault);
  await run();
  await injector.disarm();
  return openSqlite(sqliteName(database), copy);
}

/** Lets another process run the operation, and kill itself at a statement. */
export async function killAt(
  { database }: World,
  { at }: Fault,
  order: Pick<KillOrder, "by" | "name" | "context" | "seed">,
): Promise<ProofDatabase> {
  const { by, name, context, seed } = order;
  const all: KillOrder = {
    ...{ database: sqliteName(database), file: fileOf(database) },
    ...{ by, name, context, seed, at },
  };
  const script = join(__dirname, "killed-process.ts");
  const loader = ["-r", require.resolve("../harness/register-typescript.cjs")];
  const child = spawn(process.execPath, [...loader, script, JSON.stringify(all)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said: Buffer[] = [];
  child.stderr.on("data", (some: Buffer) => void said.push(some));
  await new Promise<void>((resolve, reject) => {
    child.on("close", (code, signal) => {
      if (signal === "SIGKILL") resolve();
      else reject(new Error(`It was not killed, and ended with ${String(code)}: ${said.join("")}`));
    });
  });
  return database;
}

function fileOf({ file, name }: ProofDatabase): string {
  if (file === undefined) throw new Error(`${name} is no file.`);
  return file;
}

function sqliteName({ name }: ProofDatabase): KillOrder["database"] {
  return name === "sqlite" ? name : "sqlite-wal";
}
