import { ChildEntity, Column, Entity, PrimaryColumn, TableInheritance } from "typeorm";

import { idMapOf, metadataKey, ownMetadata } from "../../src/typeorm/metadata";
import { describeEachDatabase } from "../harness";
import { openOnce } from "./entities";
import { leaning } from "./leaning";

@Entity("vehicle")
@TableInheritance({ column: { name: "kind", type: "varchar" } })
class Vehicle {
  @PrimaryColumn() id!: number;
}

@ChildEntity()
class Car extends Vehicle {
  @Column() doors!: number;
}

@Entity("dated")
class Dated {
  @PrimaryColumn() at!: Date;
}

class Coordinates {
  @Column({ primary: true }) x!: number;
}

@Entity("placed")
class Placed {
  @Column(() => Coordinates) where!: Coordinates;
}

@Entity("paired")
class Paired {
  @PrimaryColumn() a!: number;
  @PrimaryColumn() b!: number;
}

describeEachDatabase("metadata", (database) => {
  const opened = openOnce(database, [Vehicle, Car, Dated, Placed, Paired], { file: true });

  leaning(
    "src/typeorm/metadata.ts",
    "src/plan/soft-delete-graph.ts",
    "src/plan/references.ts",
  ).itStill(
    "makes a new list of metadata each time a data source is initialized, and keeps it in between",
    async () => {
      const { dataSource } = opened;
      const before = metadataKey(dataSource);
      const kept = metadataKey(dataSource) === before;
      await dataSource.destroy();
      await dataSource.initialize();
      return [kept, metadataKey(dataSource) === before];
    },
    [true, false],
  );

  leaning("src/typeorm/metadata.ts", "src/native/guards/hidden-references.ts").itStill(
    "finds the metadata of an object's class from that of its base class by findInheritanceMetadata()",
    () => {
      const { dataSource } = opened;
      const [vehicle, car] = [dataSource.getMetadata(Vehicle), dataSource.getMetadata(Car)];
      return [new Vehicle(), new Car()].map((object) => ownMetadata(vehicle, object) === car);
    },
    [false, true],
  );

  leaning("src/typeorm/metadata.ts", "src/rows/criteria.ts", "src/typeorm/hook-events.ts").itStill(
    "makes an object of a primary key by ensureEntityIdMap(), and of a Date by createValueMap()",
    () => {
      const { dataSource } = opened;
      const at = new Date(0);
      const of = (entity: new () => object, id: unknown): object =>
        idMapOf(dataSource.getMetadata(entity), id);
      return [
        of(Vehicle, 7),
        of(Vehicle, { id: 7 }),
        of(Dated, at),
        of(Placed, 7),
        of(Paired, { a: 1, b: 2 }),
      ];
    },
    [{ id: 7 }, { id: 7 }, { at: new Date(0) }, { where: { x: 7 } }, { a: 1, b: 2 }],
  );
});
