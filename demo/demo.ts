import type { DataSource } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteManager } from "../src";
import { load, type World } from "./cities";
import { City, Country, Region } from "./entities";
import type { Output } from "./output";

export interface DemoOptions {
  readonly dataSource: DataSource;
  readonly world: World;
  readonly output: Output;
  /** The code of the country that is deleted. */
  readonly country: string;
  /** The code of the region in it that is deleted before. */
  readonly region: string;
}

/** Loads the cities, deletes a region and then its country, and brings both back, each exactly as it was. */
export async function demo({ dataSource, world, output, ...codes }: DemoOptions): Promise<void> {
  const countries = getSoftDeleteRepository(dataSource, Country);
  const regions = getSoftDeleteRepository(dataSource, Region);
  const cities = getSoftDeleteRepository(dataSource, City);
  const manager = new SoftDeleteManager(dataSource);

  const show = async (): Promise<void> => {
    const rows = [];
    for (const [name, all] of [
      ["countries", countries],
      ["regions", regions],
      ["cities", cities],
    ] as const) {
      const [found, withDeleted, onlyDeleted] = [
        await all.count(),
        await all.withDeleted().count(),
        await all.onlyDeleted().count(),
      ];
      rows.push({ name, found, withDeleted, onlyDeleted });
    }
    output.counts(rows);
  };

  const total = world.countries.length + world.regions.length + world.cities.length;
  await output.progress(total, (advance) => load(dataSource, world, advance));
  await show();

  const { name } = await countries.findOneByOrFail({ code: codes.country });
  const ofCountry = { region: { country: { code: codes.country } } };
  output.say(
    `${name} has ${count(await regions.countBy({ country: { code: codes.country } }))} regions and ` +
      `${count(await cities.countBy(ofCountry))} cities, ` +
      `${count(await cities.countBy({ region: { code: codes.region } }))} of them in ${codes.region}.`,
  );

  output.step(`Delete the region ${codes.region}`, `regions.softDelete("${codes.region}")`);
  const ofRegion = await output.timed(() => regions.softDelete(codes.region));
  output.result("deleted", ofRegion.counts);
  output.say(`deletion ${ofRegion.deletionId!}`);
  await show();

  output.step(`Delete the whole of ${name}`, `countries.softDelete("${codes.country}")`);
  const deleted = await output.timed(() => countries.softDelete(codes.country));
  output.result("deleted", deleted.counts);
  output.say(`The region and its cities were deleted already, and keep their own deletion.`);
  await show();
  output.say(
    `Of the cities of ${name}, find() sees ${count(await cities.countBy(ofCountry))}, ` +
      `withDeleted() ${count(await cities.withDeleted().countBy(ofCountry))}, ` +
      `onlyDeleted() ${count(await cities.onlyDeleted().countBy(ofCountry))}.`,
  );

  output.step(`Restore ${name}`, `countries.restore("${codes.country}")`);
  const restored = await output.timed(() => countries.restore(codes.country));
  output.result("restored", restored.counts);
  output.say(`Exactly what that deletion took: ${codes.region} stays deleted.`);
  await show();

  output.step(
    `Undo the deletion of ${codes.region}`,
    `manager.restoreDeletion("${ofRegion.deletionId!}")`,
  );
  const undone = await output.timed(() => manager.restoreDeletion(ofRegion.deletionId!));
  output.result("restored", undone.counts);
  await show();
}

function count(rows: number): string {
  return rows.toLocaleString("en");
}
