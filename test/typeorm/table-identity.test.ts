import { Entity, PrimaryColumn } from "typeorm";

import { tableIdentity } from "../../src/typeorm/table-identity";
import { describeEachDatabase } from "../harness";
import { leaning } from "./leaning";

@Entity("thing")
class Thing {
  @PrimaryColumn() id!: number;
}
@Entity("other")
class Other {
  @PrimaryColumn() id!: number;
}

describeEachDatabase("the identity of a table", (database) => {
  const fills = "fills in the schema and the database that an entity does not state";
  const identities = async (): Promise<boolean[]> => {
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

    return [same === thing, other === thing];
  };
  leaning("src/typeorm/table-identity.ts").itStill(fills, identities, [true, false]);
});
