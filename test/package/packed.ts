import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";

const ROOT = join(__dirname, "..", "..");
const NOT_COPIED = ["node_modules", "dist", "coverage", ".git"];
/** What an application installs beside the package. */
const INSTALLED = ["typeorm", "reflect-metadata", "better-sqlite3", "@types"];

const exec = promisify(execFile);

/** Runs a program; its output, also where it fails. */
async function run(file: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    return (await exec(file, [...args], { cwd, maxBuffer: 16 * 1024 * 1024 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${[basename(file), ...args].join(" ")} failed:\n${stdout}${stderr}`, {
      cause: error,
    });
  }
}

/** Builds and packs a copy of this repository, as `npm publish` would, and installs the tarball in a new folder. */
export async function installPacked(): Promise<PackedPackage> {
  const folder = await mkdtemp(join(tmpdir(), "typeorm-soft-delete-package-"));
  const copy = join(folder, "copy");
  // A copy, because the build starts by removing `dist`.
  await mkdir(copy);
  for (const name of await readdir(ROOT)) {
    if (!NOT_COPIED.includes(name)) {
      await cp(join(ROOT, name), join(copy, name), { recursive: true });
    }
  }
  await symlink(join(ROOT, "node_modules"), join(copy, "node_modules"), "dir");
  await run("npm", ["pack", "--silent", "--pack-destination", folder], copy);
  const tarball = (await readdir(folder)).find((name) => name.endsWith(".tgz"))!;

  const modules = join(folder, "node_modules");
  const installed = join(modules, "typeorm-soft-delete");
  await mkdir(installed, { recursive: true });
  await run(
    "tar",
    ["-xzf", join(folder, tarball), "--strip-components=1", "-C", installed],
    folder,
  );
  for (const name of INSTALLED) {
    await symlink(join(ROOT, "node_modules", name), join(modules, name), "dir");
  }
  return new PackedPackage(folder, installed);
}

/** The package as it is installed from its tarball. */
export class PackedPackage {
  constructor(
    /** Where applications can live that use it. */
    readonly folder: string,
    readonly installed: string,
  ) {}

  async files(): Promise<string[]> {
    const entries = await readdir(this.installed, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.installed.length + 1))
      .sort();
  }

  read(file: string): Promise<string> {
    return readFile(join(this.installed, file), "utf8");
  }

  /** A new application with one source file. */
  async application(name: string, manifest: object, source: string): Promise<Application> {
    const folder = join(this.folder, name);
    await mkdir(folder);
    await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
    await cp(join(__dirname, "apps", source), join(folder, source));
    return new Application(folder);
  }
}

export class Application {
  constructor(private readonly folder: string) {}

  /** Compiles it, as strictly as TypeScript can. What the compiler says, empty if nothing. */
  async compile(options: object): Promise<string> {
    const compilerOptions = {
      target: "ES2022",
      module: "Node16",
      moduleResolution: "Node16",
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noImplicitOverride: true,
      noPropertyAccessFromIndexSignature: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      skipLibCheck: false,
      types: ["node"],
      ...options,
    };
    await writeFile(join(this.folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    return run(process.execPath, [tsc, "--pretty", "false"], this.folder);
  }

  /** Runs a file of it with Node; what it prints is JSON. */
  async run(file: string): Promise<unknown> {
    return JSON.parse(await run(process.execPath, [file], this.folder));
  }
}
