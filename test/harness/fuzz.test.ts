import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

import { fuzzSuites } from "../fuzz/suites";

function fuzz(...options: string[]): { status: number | null; stderr: string } {
  const register = require.resolve("./register-typescript.cjs");
  return spawnSync(process.execPath, ["-r", register, "test/fuzz/run.ts", ...options], {
    encoding: "utf8",
  });
}

describe("npm run fuzz", () => {
  it("knows the fuzz tests, by files that are there", () => {
    const suites = fuzzSuites();
    expect([...suites.keys()]).toEqual(expect.arrayContaining(["laws", "metadata"]));
    expect([...suites.values()].filter((file) => !existsSync(file))).toEqual([]);
  });

  it("refuses a test that it does not know, and a time that is none", () => {
    expect(fuzz("--only", "laws,lawz")).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/"lawz"\. There are .*laws, metadata/) as string,
    });
    expect(fuzz("--minutes", "soon")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('--minutes is "soon"') as string,
    });
  });
});
