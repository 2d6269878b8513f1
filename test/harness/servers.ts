import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync } from "node:fs";
import { chown, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout } from "node:timers/promises";

// The user without rights: PostgreSQL refuses to run as root, and the file server of Galera gives its rights away.
const NOBODY = { uid: 65534, gid: 65534 };
const KILOBYTES = 4_000_000;

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** A directory of its own, in which servers may write. */
export async function serverDirectory(name: string): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), `typeorm-soft-delete-${name}-`));
  chmodSync(directory, 0o700);
  if (isRoot()) await chown(directory, NOBODY.uid, NOBODY.gid);
  return directory;
}

/** Where a program stands, in the given directories or on the path; undefined where it is not installed. */
export function findProgram(name: string, directories: readonly string[] = []): string | undefined {
  const all = [...directories, ...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"];
  return all.map((directory) => join(directory, name)).find((file) => existsSync(file));
}

/** Starts a program without rights, unless it needs them, in a directory, with a limit of memory. */
function start(
  directory: string,
  program: string,
  given: readonly string[],
  asRoot = false,
): ChildProcess {
  return spawn("sh", ["-c", `ulimit -v ${String(KILOBYTES)}; exec "$0" "$@"`, program, ...given], {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
    ...(isRoot() && !asRoot ? NOBODY : {}),
  });
}

/** Runs a program to its end. */
export async function run(
  directory: string,
  program: string,
  given: readonly string[],
  asRoot = false,
): Promise<void> {
  const child = start(directory, program, given, asRoot);
  const output: Buffer[] = [];
  child.stdout?.on("data", (some: Buffer) => output.push(some));
  child.stderr?.on("data", (some: Buffer) => output.push(some));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return;
  throw new Error(`${program} ended with ${String(code)}:\n${Buffer.concat(output).toString()}`);
}

/** A server that was started here. */
export class Server {
  readonly #child: ChildProcess;
  #ended = false;

  constructor(
    readonly directory: string,
    readonly program: string,
    given: readonly string[],
    private readonly log: string,
    asRoot = false,
  ) {
    this.#child = start(directory, program, given, asRoot);
    this.#child.stdout?.resume();
    this.#child.stderr?.resume();
    const abandon = (): void => {
      this.#child.kill("SIGKILL");
    };
    process.once("exit", abandon);
    this.#child.once("close", () => {
      this.#ended = true;
      process.off("exit", abandon);
    });
  }

  /** Waits until something holds of the server. */
  async until(holds: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 60_000; Date.now() < end && !this.#ended;) {
      if (await holds().catch(() => false)) return;
      await setTimeout(100);
    }
    const log = existsSync(this.log) ? readFileSync(this.log, "utf8").slice(-5_000) : "";
    await this.stop();
    throw new Error(`${this.program} did not start:\n${log}`);
  }

  /** Kills the process and those that it has started, and waits for that: the server has no time for anything. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    const closed = new Promise((resolve) => this.#child.once("close", resolve));
    const started = childrenOf(this.#child.pid);
    this.#child.kill("SIGKILL");
    for (const pid of started) kill(pid);
    await closed;
  }
}

function childrenOf(pid: number | undefined): number[] {
  const file = `/proc/${String(pid)}/task/${String(pid)}/children`;
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").trim().split(" ").filter(Boolean).map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended with its parent.
  }
}

export async function removeDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

/** Ports on which nobody listens. */
export async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    probes.map(
      (probe) =>
        new Promise<number>((resolve, reject) => {
          probe.once("error", reject);
          probe.listen(0, "127.0.0.1", () => {
            const address = probe.address();
            if (address !== null && typeof address === "object") resolve(address.port);
          });
        }),
    ),
  );
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return ports;
}
