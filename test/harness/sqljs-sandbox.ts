import type { Sandbox } from "./sandbox";

/** In memory: each data source has a database of its own. */
export function sqljsSandbox(): Sandbox {
  return {
    options(file) {
      if (file) throw new Error("A sql.js database cannot be shared by two data sources.");
      return { type: "sqljs" };
    },
    reset: () => Promise.resolve(),
    drop: () => Promise.resolve(),
  };
}
