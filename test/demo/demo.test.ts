import { world } from "../../demo/cities";
import { Clock } from "../../demo/clock";
import { demo } from "../../demo/demo";
import { ENTITIES } from "../../demo/entities";
import { Output } from "../../demo/output";
import { SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase } from "../harness";

describeEachDatabase("demo", (database) => {
  it("says what it deletes, refuses, restores and purges, of the cities of three small countries", async () => {
    const clock = new Clock();
    const dataSource = await database.open(ENTITIES, {
      subscribers: [SoftDeleteSubscriber.with({ clock: () => clock.now() })],
      ...(database.server === "mariadb" ? { type: "mariadb" } : {}),
    });
    const lines: string[] = [];
    const output = new Output((line) => lines.push(...line.split("\n")));

    await demo({
      dataSource,
      world: world(["IS", "LU", "MT"]),
      output,
      clock,
      country: "IS",
      region: "IS-39",
      officeIn: "IS-40",
    });

    expect(lines.map(settled).filter((line) => line !== "")).toEqual([
      "329 rows loaded in <time>",
      "find() withDeleted() onlyDeleted()",
      "countries 3 3 0",
      "regions 87 87 0",
      "cities 239 239 0",
      "offices 1 1 0",
      "Iceland has 8 regions and 33 cities, 7 of them in IS-39.",
      "An office is in IS-40: its relation to the region has the policy RESTRICT.",

      "Delete the region IS-39",
      '> regions.softDelete("IS-39")',
      "deleted Region 1, City 7 in <time>",
      "deletion <deletion id>",
      "find() withDeleted() onlyDeleted()",
      "countries 3 3 0",
      "regions 86 87 1",
      "cities 232 239 7",
      "offices 1 1 0",

      "Preview the deletion of Iceland",
      '> countries.previewSoftDelete("IS")',
      "would delete Country 1, Region 7, City 26 in <time>",
      "refused by Office.region: 1 row",

      "Delete it all the same",
      '> countries.softDelete("IS")',
      "SoftDeleteRestrictedError in <time>",
      "Region cannot be soft-deleted: 1 active row(s) refer to it through Office.region, whose",
      "policy is RESTRICT, for example 1. Delete or move them first.",
      "Nothing was written: find() still sees 26 cities.",

      "Close the office in IS-40, and look again",
      "> offices.softDelete(1)",
      "deleted Office 1 in <time>",
      '> countries.previewSoftDelete("IS")',
      "would delete Country 1, Region 7, City 26 in <time>",
      "refused by nothing",

      "Delete the whole of Iceland",
      '> countries.softDelete("IS")',
      "deleted Country 1, Region 7, City 26 in <time>",
      "Exactly what the preview counted.",
      "IS-39 and its cities were deleted already, and keep their own deletion.",
      "find() withDeleted() onlyDeleted()",
      "countries 2 3 1",
      "regions 79 87 8",
      "cities 206 239 33",
      "offices 0 1 1",
      "Of the cities of Iceland, find() sees 0, withDeleted() 33, onlyDeleted() 33.",

      "Restore Iceland, while another country has its name",
      '> countries.insert({ code: "XA", name: "Iceland" })',
      "Allowed: by @UniqueActive() the name is unique among active rows only.",
      '> countries.restore("IS")',
      "RestoreConflictError in <time>",
      'Country cannot be restored: the unique key country_name over name is taken ("IS" with "XA").',
      "Change or delete the row that has it, then restore again.",
      "Nothing was written: onlyDeleted() still sees 33 cities.",

      "Delete XA, and restore Iceland",
      '> countries.softDelete("XA")',
      "deleted Country 1 in <time>",
      '> countries.restore("IS")',
      "restored Country 1, Region 7, City 26 in <time>",
      "Exactly what that deletion took: IS-39 and the office stay deleted.",
      "find() withDeleted() onlyDeleted()",
      "countries 3 4 1",
      "regions 86 87 1",
      "cities 232 239 7",
      "offices 0 1 1",

      "Undo the deletion of IS-39",
      '> manager.restoreDeletion("<deletion id>")',
      "restored Region 1, City 7 in <time>",
      "find() withDeleted() onlyDeleted()",
      "countries 3 4 1",
      "regions 87 87 0",
      "cities 239 239 0",
      "offices 0 1 1",

      "Delete Iceland again, and let 31 days pass",
      '> countries.softDelete("IS")',
      "deleted Country 1, Region 8, City 33 in <time>",

      "Purge what has been deleted for 30 days",
      '> manager.purge({ olderThan: "30d", dryRun: true })',
      "would purge Country 2, Region 8, City 33, Office 1 in <time>",
      '> manager.purge({ olderThan: "30d", onProgress })',
      "purged City 33, Office 1, Region 8, Country 2 in <time>",
      "Exactly what the dry run counted; onProgress was told after each of 4 batches.",
      "find() withDeleted() onlyDeleted()",
      "countries 2 2 0",
      "regions 79 79 0",
      "cities 206 206 0",
      "offices 0 0 0",
    ]);
  });
});

/** A line without what differs from run to run. */
function settled(line: string): string {
  return line
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, "<deletion id>")
    .replace(/in [\d.]+ m?s$/, "in <time>")
    .replaceAll(/ +/g, " ")
    .trim();
}
