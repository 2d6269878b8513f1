import { world } from "../../demo/cities";
import { demo } from "../../demo/demo";
import { ENTITIES } from "../../demo/entities";
import { Output } from "../../demo/output";
import { describeEachDatabase } from "../harness";

describeEachDatabase("demo", (database) => {
  it("says what it deletes and restores, of the cities of three small countries", async () => {
    const dataSource = await database.open(ENTITIES);
    const lines: string[] = [];
    const output = new Output((line) => lines.push(...line.split("\n")));

    await demo({
      dataSource,
      world: world(["IS", "LU", "MT"]),
      output,
      country: "IS",
      region: "IS-39",
    });

    expect(lines.map(settled).filter((line) => line !== "")).toEqual([
      "329 rows loaded in <time> s",
      "find() withDeleted() onlyDeleted()",
      "countries 3 3 0",
      "regions 87 87 0",
      "cities 239 239 0",
      "Iceland has 8 regions and 33 cities, 7 of them in IS-39.",

      "Delete the region IS-39",
      '> regions.softDelete("IS-39")',
      "deleted Region 1, City 7 in <time> ms",
      "deletion <deletion id>",
      "find() withDeleted() onlyDeleted()",
      "countries 3 3 0",
      "regions 86 87 1",
      "cities 232 239 7",

      "Delete the whole of Iceland",
      '> countries.softDelete("IS")',
      "deleted Country 1, Region 7, City 26 in <time> ms",
      "The region and its cities were deleted already, and keep their own deletion.",
      "find() withDeleted() onlyDeleted()",
      "countries 2 3 1",
      "regions 79 87 8",
      "cities 206 239 33",
      "Of the cities of Iceland, find() sees 0, withDeleted() 33, onlyDeleted() 33.",

      "Restore Iceland",
      '> countries.restore("IS")',
      "restored Country 1, Region 7, City 26 in <time> ms",
      "Exactly what that deletion took: IS-39 stays deleted.",
      "find() withDeleted() onlyDeleted()",
      "countries 3 3 0",
      "regions 86 87 1",
      "cities 232 239 7",

      "Undo the deletion of IS-39",
      '> manager.restoreDeletion("<deletion id>")',
      "restored Region 1, City 7 in <time> ms",
      "find() withDeleted() onlyDeleted()",
      "countries 3 3 0",
      "regions 87 87 0",
      "cities 239 239 0",
    ]);
  });
});

/** A line without what differs from run to run. */
function settled(line: string): string {
  return line
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, "<deletion id>")
    .replace(/in [\d.]+ (m?s)$/, "in <time> $1")
    .replaceAll(/ +/g, " ")
    .trim();
}
