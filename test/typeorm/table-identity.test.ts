import { Entity, PrimaryColumn } from "typeorm";

import { tableIdentity } from "../../src/typeorm/table-identity";
import { describeEachDatabase } from "../harness";

@Entity("thing")
class Thing {
  @PrimaryColumn() id!: number;
}
@Entity("other")
class Other {
  @PrimaryColumn() id!: number;
}

describeEachDatabase("the identity of a table", (database) => {
  it("is the same whether or not the default schema or database is stated", async () => {
    const first = await database.open([Thing]);
    const { driver } = first;
    const places = {
      "better-sqlite3": {},
      postgres: { schema: (driver as { searchSchema?: string }).searchSchema ?? "" },
      mysql: { database: driver.database ?? "" },
    };
    await first.destroy();
    @Entity("thing", places[database.name])
    class Stated {
      @PrimaryColumn() id!: number;
    }
    const dataSource = await database.open([Thing, Other, Stated], { synchronize: false });
    const [thing, other, same] = [Thing, Other, Stated].map((entity) =>
      tableIdentity(dataSource, dataSource.getMetadata(entity)),
    );

    expect(same).toBe(thing);
    expect(other).not.toBe(thing);
  });
});
