import { rm } from "node:fs/promises";

import * as source from "../../src";
import { installPacked, type PackedPackage } from "./packed";

// It builds, packs, and compiles two applications.
jest.setTimeout(180_000);

const DELETED_AND_RESTORED = {
  counts: { User: 1, Post: 2 },
  during: [0, 0],
  after: [1, 2],
};

describe("the packed tarball", () => {
  let packed: PackedPackage;
  beforeAll(async () => {
    packed = await installPacked();
  });
  afterAll(() => rm(packed.folder, { recursive: true, force: true }));

  it("holds what is built, and nothing else", async () => {
    const files = await packed.files();

    expect(files.filter((file) => !file.startsWith("dist/"))).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "package.json",
    ]);
    const built = files.filter((file) => file.startsWith("dist/"));
    expect(built).toEqual(expect.arrayContaining(["dist/index.js", "dist/index.d.ts"]));
    expect(built.filter((file) => !/\.(d\.ts|js)$/.test(file))).toEqual([]);
    // One declaration for each module: nothing left over from an earlier build, no test.
    const modules = built.filter((file) => file.endsWith(".js"));
    expect(built.filter((file) => file.endsWith(".d.ts"))).toEqual(
      modules.map((file) => file.replace(/\.js$/, ".d.ts")),
    );
    expect(modules.filter((file) => file.includes("test"))).toEqual([]);
  });

  it("refers to its peers alone, and to no source map", async () => {
    const manifest = JSON.parse(await packed.read("package.json")) as {
      peerDependencies: Record<string, string>;
      dependencies?: Record<string, string>;
    };
    expect(manifest.dependencies).toBeUndefined();
    const peers = Object.keys(manifest.peerDependencies);
    for (const file of await packed.files()) {
      if (!/\.(js|d\.ts)$/.test(file)) continue;
      const text = await packed.read(file);
      expect({ file, maps: text.includes("sourceMappingURL") }).toEqual({ file, maps: false });
      const required = [...text.matchAll(/(?:require\(|from )"([^".][^"]*)"/g)].map(
        ([, to]) => to!,
      );
      const foreign = required.filter((to) => !peers.includes(to) && !to.startsWith("node:"));
      expect({ file, foreign }).toEqual({ file, foreign: [] });
    }
  });

  it("keeps what is internal out of the declarations", async () => {
    const declarations = await packed.read("dist/manager/soft-delete-manager.d.ts");
    expect(declarations).toContain("class SoftDeleteManager");
    expect(declarations).not.toContain("@internal");
  });

  for (const [name, manifest, options] of [
    ["CommonJS", {}, {}],
    ["an ES module", { type: "module" }, { verbatimModuleSyntax: true }],
  ] as const) {
    it(`works in strict TypeScript that compiles to ${name}`, async () => {
      const application = await packed.application(`typescript-${name}`, manifest, "app.ts");

      expect(await application.compile(options)).toBe("");
      expect(await application.run("app.js")).toEqual({
        ...DELETED_AND_RESTORED,
        deletedBy: ["Ada", "Ada"],
        native: [0, 0],
        notes: [1, true],
        heard: ["User 3", "User 3", "Note 1"],
        code: "SOFT_DELETE_CRITERIA",
        wrong: "function",
      });
    });
  }

  it("works in plain JavaScript with require", async () => {
    const application = await packed.application("require", {}, "plain.cjs");
    expect(await application.run("plain.cjs")).toEqual(DELETED_AND_RESTORED);
  });

  it("works in plain JavaScript with import", async () => {
    const application = await packed.application("import", {}, "plain.mjs");
    expect(await application.run("plain.mjs")).toEqual(DELETED_AND_RESTORED);
  });

  it("gives the same classes to import and to require", async () => {
    const application = await packed.application("both", {}, "identity.mjs");
    expect(await application.run("identity.mjs")).toEqual({
      names: expect.arrayContaining(Object.keys(source)) as unknown,
      different: [],
    });
  });
});
