import type { DataSource } from "typeorm";

import { SoftDeleteManager, type CheckCode, type CheckFinding } from "../../src";

/** What `check()` finds, but for the codes that a test is not about. */
export async function findings(
  dataSource: DataSource,
  ...without: CheckCode[]
): Promise<CheckFinding[]> {
  const all = await new SoftDeleteManager(dataSource).check();
  return all.filter((finding) => !without.includes(finding.code));
}

/** The same as `code Entity`, in order. */
export async function found(dataSource: DataSource, ...without: CheckCode[]): Promise<string[]> {
  const all = await findings(dataSource, ...without);
  return all.map(({ code, entity }) => `${code} ${entity}`).sort();
}
