import type { Config } from "jest";

const config: Config = {
  // ts-jest reads `isolatedModules` from tsconfig.json: it finds no type errors, `npm run typecheck` does.
  transform: { "^.+\\.ts$": "ts-jest" },
  // The examples import the package by its name, as an application does.
  moduleNameMapper: { "^typeorm-soft-delete$": "<rootDir>/src/index.ts" },
  testEnvironment: "node",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  // Several servers at once, and races by the hundred: `npm run clusters`.
  testPathIgnorePatterns: ["<rootDir>/test/clusters/"],
  globalSetup: "<rootDir>/test/harness/global-setup.ts",
  globalTeardown: "<rootDir>/test/harness/global-teardown.ts",
  testTimeout: 60_000,
  maxWorkers: 2,
};

export default config;
