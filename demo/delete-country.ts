import { deepStrictEqual } from "node:assert";

import type { Scene } from "./demo";
import { count } from "./output";

/** Looks before it deletes: what a deletion would take, what refuses it, and then the deletion itself. */
export async function deleteCountry({ tables, output, ...scene }: Scene): Promise<void> {
  const { countries, cities, offices } = tables;
  const { name, country, region, officeIn } = scene;
  const ofCountry = { region: { country: { code: country } } };

  output.step(`Preview the deletion of ${name}`, `countries.previewSoftDelete("${country}")`);
  const refused = await output.timed(() => countries.previewSoftDelete(country));
  output.result("would delete", refused.counts);
  for (const restriction of refused.restrictedBy) {
    output.say(`refused by ${restriction.relation}: ${count(restriction.count)} row`);
  }

  output.step("Delete it all the same", `countries.softDelete("${country}")`);
  await output.refused(() => countries.softDelete(country));
  output.say(
    `Nothing was written: find() still sees ${count(await cities.countBy(ofCountry))} cities.`,
  );

  const office = await offices.findOneByOrFail({ region: { code: officeIn } });
  output.step(
    `Close the office in ${officeIn}, and look again`,
    `offices.softDelete(${office.id})`,
  );
  const closed = await output.timed(() => offices.softDelete(office.id));
  output.result("deleted", closed.counts);
  output.code(`countries.previewSoftDelete("${country}")`);
  const preview = await output.timed(() => countries.previewSoftDelete(country));
  output.result("would delete", preview.counts);
  output.say(preview.restrictedBy.length === 0 ? "refused by nothing" : "still refused");

  output.step(`Delete the whole of ${name}`, `countries.softDelete("${country}")`);
  const deleted = await output.timed(() => countries.softDelete(country));
  output.result("deleted", deleted.counts);
  deepStrictEqual(deleted.counts, preview.counts);
  output.say("Exactly what the preview counted.");
  output.say(`${region} and its cities were deleted already, and keep their own deletion.`);
  output.counts(await tables.counts());
  output.say(
    `Of the cities of ${name}, find() sees ${count(await cities.countBy(ofCountry))}, ` +
      `withDeleted() ${count(await cities.withDeleted().countBy(ofCountry))}, ` +
      `onlyDeleted() ${count(await cities.onlyDeleted().countBy(ofCountry))}.`,
  );
}
