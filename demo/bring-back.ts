import type { Scene } from "./demo";
import { count } from "./output";

// ISO 3166 leaves it to its users.
const DOUBLE = "XA";

/** Restores the country, once its name is free again, and then the region that was deleted before. */
export async function bringBack(
  { tables, output, name, country, region }: Scene,
  deletionId: string,
): Promise<void> {
  const { countries, cities, manager } = tables;

  output.step(
    `Restore ${name}, while another country has its name`,
    `countries.insert({ code: "${DOUBLE}", name: "${name}" })`,
  );
  await countries.insert({ code: DOUBLE, name });
  output.say("Allowed: by @UniqueActive() the name is unique among active rows only.");
  output.code(`countries.restore("${country}")`);
  await output.refused(() => countries.restore(country));
  const deleted = await cities.onlyDeleted().countBy({ region: { country: { code: country } } });
  output.say(`Nothing was written: onlyDeleted() still sees ${count(deleted)} cities.`);

  output.step(`Delete ${DOUBLE}, and restore ${name}`, `countries.softDelete("${DOUBLE}")`);
  const double = await output.timed(() => countries.softDelete(DOUBLE));
  output.result("deleted", double.counts);
  output.code(`countries.restore("${country}")`);
  const restored = await output.timed(() => countries.restore(country));
  output.result("restored", restored.counts);
  output.say(`Exactly what that deletion took: ${region} and the office stay deleted.`);
  output.counts(await tables.counts());

  output.step(`Undo the deletion of ${region}`, `manager.restoreDeletion("${deletionId}")`);
  const undone = await output.timed(() => manager.restoreDeletion(deletionId));
  output.result("restored", undone.counts);
  output.counts(await tables.counts());
}
