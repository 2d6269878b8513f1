/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- TypeORM takes the options of an EntitySchema as a literal */
import {
  ChildEntity,
  Column,
  Entity,
  EntitySchema,
  ManyToOne,
  PrimaryColumn,
  TableInheritance,
  type DataSource,
  type EntityTarget,
} from "typeorm";

import { DeclaredProperties } from "../../src/typeorm/declared-properties";
import { describeEachDatabase, type TestEntities } from "../harness";
import { leaning } from "./leaning";

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
  const { itStill } = leaning("src/typeorm/declared-properties.ts");
  const open = async (...entities: TestEntities & unknown[]) => {
    const dataSource = await database.open(entities, { synchronize: false });
    return { dataSource, declared: new DeclaredProperties(dataSource) };
  };
  const columnsOf = (dataSource: DataSource, entity: EntityTarget<object>) =>
    dataSource.getMetadata(entity).columns.map((column) => column.databaseName);

  itStill(
    "counts the columns of child entities among those of their base entity",
    async () => {
      const { dataSource } = await open(Top, Left, Right);
      return columnsOf(dataSource, Top).includes("own");
    },
    true,
  );

  itStill(
    "notes by class what its decorators are given",
    async () => {
      const { declared } = await open(Top, Left, Right);
      return [Top, Left, Right].map((one) =>
        ["label", "own", "above", "place"].map((property) => declared.has(one, property)),
      );
    },
    [
      [true, false, false, false],
      [true, true, true, true],
      [true, true, false, false],
    ],
  );

  itStill(
    "takes the base's column where a subclass declares it again",
    async () => {
      const { dataSource, declared } = await open(Top, Left, Right);
      const names = columnsOf(dataSource, Right);
      const restated = [Left, Right].map((one) => declared.restated(one, "label"));
      return [names.includes("label"), names.includes("other"), ...restated];
    },
    [true, false, undefined, { by: Right, base: Top }],
  );

  itStill(
    "takes the base's column where a schema declares it again",
    async () => {
      const { dataSource, declared } = await open(ModelSchema, DerivedSchema);
      const [column] = dataSource.getMetadata(Derived).primaryColumns;
      const isFound = declared.schemaOf(Derived) === DerivedSchema;
      return [column?.type, isFound, declared.restated(Derived, "id")];
    },
    [Number, true, { by: Derived, base: Model }],
  );
});
