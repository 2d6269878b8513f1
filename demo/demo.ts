import type { DataSource } from "typeorm";

import { load, type World } from "./cities";
import type { Clock } from "./clock";
import { bringBack } from "./bring-back";
import { deleteCountry } from "./delete-country";
import { count, type Output } from "./output";
import { purgeCountry } from "./purge-country";
import { Tables } from "./tables";

export interface DemoOptions {
  readonly dataSource: DataSource;
  readonly world: World;
  readonly output: Output;
  /** The clock of the data source's subscriber. */
  readonly clock: Clock;
  /** The code of the country that is deleted. */
  readonly country: string;
  /** The code of the region in it that is deleted before. */
  readonly region: string;
  /** The code of another region in it, where an office is. */
  readonly officeIn: string;
}

/** What the steps of the demo share. */
export interface Scene extends DemoOptions {
  readonly tables: Tables;
  /** The name of the country. */
  readonly name: string;
}

/**
 * Loads the cities, deletes a region and then its country, brings both back, each exactly as it was, and at last deletes
 * the country for good.
 */
export async function demo(options: DemoOptions): Promise<void> {
  const { dataSource, world, output, country, region, officeIn } = options;
  const tables = new Tables(dataSource);
  const { countries, regions, cities, offices } = tables;

  const total = world.countries.length + world.regions.length + world.cities.length;
  await output.progress("Loading", total, (done) => load(dataSource, world, done));
  output.say(`${count(total)} rows loaded in ${output.time}`);
  await offices.insert({ region: { code: officeIn } });
  output.counts(await tables.counts());

  const { name } = await countries.findOneByOrFail({ code: country });
  output.say(
    `${name} has ${count(await regions.countBy({ country: { code: country } }))} regions and ` +
      `${count(await cities.countBy({ region: { country: { code: country } } }))} cities, ` +
      `${count(await cities.countBy({ region: { code: region } }))} of them in ${region}.`,
  );
  output.say(`An office is in ${officeIn}: its relation to the region has the policy RESTRICT.`);

  output.step(`Delete the region ${region}`, `regions.softDelete("${region}")`);
  const deletion = await output.timed(() => regions.softDelete(region));
  output.result("deleted", deletion.counts);
  output.say(`deletion ${deletion.deletionId!}`);
  output.counts(await tables.counts());

  const scene = { ...options, tables, name };
  await deleteCountry(scene);
  await bringBack(scene, deletion.deletionId!);
  await purgeCountry(scene);
}
