import type { DataSource } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteManager, type SoftDeleteRepository } from "../src";
import { City, Country, Office, Region } from "./entities";
import type { CountsRow } from "./output";

/** The tables of the demo, by their repositories. */
export class Tables {
  readonly countries: SoftDeleteRepository<Country>;
  readonly regions: SoftDeleteRepository<Region>;
  readonly cities: SoftDeleteRepository<City>;
  readonly offices: SoftDeleteRepository<Office>;
  readonly manager: SoftDeleteManager;

  constructor(dataSource: DataSource) {
    this.countries = getSoftDeleteRepository(dataSource, Country);
    this.regions = getSoftDeleteRepository(dataSource, Region);
    this.cities = getSoftDeleteRepository(dataSource, City);
    this.offices = getSoftDeleteRepository(dataSource, Office);
    this.manager = new SoftDeleteManager(dataSource);
  }

  /** How many rows of each table each scope sees. */
  async counts(): Promise<CountsRow[]> {
    const { countries, regions, cities, offices } = this;
    const rows: CountsRow[] = [];
    for (const [name, all] of Object.entries({ countries, regions, cities, offices })) {
      rows.push({
        name,
        found: await all.count(),
        withDeleted: await all.withDeleted().count(),
        onlyDeleted: await all.onlyDeleted().count(),
      });
    }
    return rows;
  }
}
