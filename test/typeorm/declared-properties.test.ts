/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- TypeORM takes the options of an EntitySchema as a literal */
import {
  ChildEntity,
  Column,
  Entity,
  EntitySchema,
  ManyToOne,
  PrimaryColumn,
  TableInheritance,
} from "typeorm";

import { DeclaredProperties } from "../../src/typeorm/declared-properties";
import { describeEachDatabase } from "../harness";

class Place {
  @Column() street!: string;
}

@Entity()
@TableInheritance({ column: { type: "varchar", name: "kind" } })
class Top {
  @PrimaryColumn() id!: number;
  @Column({ name: "label" }) label!: string;
}
@ChildEntity()
class Left extends Top {
  @Column() own!: string;
  @ManyToOne(() => Top) above!: Top | null;
  @Column(() => Place) place!: Place;
}
@ChildEntity()
class Right extends Top {
  @Column({ name: "other" }) declare label: string;
  @Column() own!: string;
}

class Model {
  id!: number;
}
class Derived extends Model {}
const ModelSchema = new EntitySchema<Model>({
  name: "Model",
  target: Model,
  columns: { id: { type: Number, primary: true } },
});
const DerivedSchema = new EntitySchema<Model>({
  name: "Derived",
  target: Derived,
  columns: { id: { type: String, primary: true } },
});

describeEachDatabase("declared properties", (database) => {
  it("are those of a class and its base classes, where TypeORM counts those of child entities", async () => {
    const dataSource = await database.open([Top, Left, Right], { synchronize: false });
    const declared = new DeclaredProperties(dataSource);
    const names = dataSource.getMetadata(Top).columns.map((column) => column.propertyPath);
    expect(names).toEqual(expect.arrayContaining(["own", "place.street"]));

    const table = [Top, Left, Right].map((one) =>
      ["label", "own", "above", "place"].map((property) => declared.has(one, property)),
    );
    expect(table).toEqual([
      [true, false, false, false],
      [true, true, true, true],
      [true, true, false, false],
    ]);
  });

  it("tell which declaration TypeORM ignores", async () => {
    const dataSource = await database.open([Top, Left, Right], { synchronize: false });
    const declared = new DeclaredProperties(dataSource);

    expect(declared.restated(Right, "label")).toEqual({ by: Right, base: Top });
    expect(declared.restated(Left, "label")).toBeUndefined();
    const names = dataSource.getMetadata(Right).columns.map((column) => column.databaseName);
    expect(names).toContain("label");
    expect(names).not.toContain("other");
  });

  it("are found in schemas as well", async () => {
    const dataSource = await database.open([ModelSchema, DerivedSchema], { synchronize: false });
    const declared = new DeclaredProperties(dataSource);

    expect(declared.schemaOf(Derived)).toBe(DerivedSchema);
    expect(declared.restated(Derived, "id")).toEqual({ by: Derived, base: Model });
    const [column] = dataSource.getMetadata(Derived).primaryColumns;
    expect(column?.type).toBe(Number);
  });
});
