import type { Config } from "jest";

import base from "../../jest.config";

/** Servers that the tests start themselves, and no others. */
const config: Config = {
  ...base,
  rootDir: "../..",
  testMatch: ["<rootDir>/test/clusters/*.test.ts"],
  testPathIgnorePatterns: [],
  testTimeout: 180_000,
  maxWorkers: 1,
};
delete config.globalSetup;
delete config.globalTeardown;

export default config;
