import { Column, DefaultNamingStrategy, Entity, Index, PrimaryColumn } from "typeorm";

import { columnBeside, nameInText, onceNamed } from "../../src/typeorm/final-names";
import { describeEachDatabase, recordStatements } from "../harness";
import { leaning } from "./leaning";

class Shouting extends DefaultNamingStrategy {
  override columnName(property: string): string {
    return property.toUpperCase();
  }
}

@Index(onceNamed(["inner"], (index) => void (index.where = conditionOf(index, "inner"))))
class Part {
  @Column({ type: "int", nullable: true })
  inner!: number | null;
}

@Entity("lately_named")
@Index(onceNamed(["a", "b"], (index) => void (index.where = conditionOf(index, "a"))))
@Index(onceNamed(["b", "a"], (index) => void (index.where = conditionOf(index, "b"))))
@Index(onceNamed(["made"], generate))
class LatelyNamed {
  @PrimaryColumn() id!: number;
  @Column() a!: number;
  @Column() b!: number;
  @Column({ type: "int", insert: false, generatedType: "STORED", asExpression: "nothing" })
  made!: number;
}

function conditionOf(index: Parameters<typeof columnBeside>[0], property: string): string {
  return `${nameInText(columnBeside(index, property)!)} IS NOT NULL`;
}

function generate(index: Parameters<typeof columnBeside>[0]): void {
  const [made, a] = ["made", "a"].map((property) => columnBeside(index, property));
  if (made && a) made.asExpression = `${nameInText(a)} + 1`;
}

describeEachDatabase("texts that follow the names of columns", (database) => {
  const open = () =>
    database.open([LatelyNamed], {
      namingStrategy: new Shouting(),
      ...(database.server === "mariadb" ? { type: "mariadb" } : {}),
    });
  const { itStill } = leaning("src/typeorm/final-names.ts", "src/entity/unique-active.ts");

  itStill(
    "asks a function for an index's columns as the index's method, once the columns are named and before it names the index",
    async () => {
      const { indices } = (await open()).getMetadata(LatelyNamed);
      const quote = database.name === "mysql" ? "`" : '"';
      const conditions = indices.map(({ where }) => where?.replaceAll(quote, ""));
      return { conditions, names: new Set(indices.map(({ name }) => name)).size };
    },
    { conditions: ["A IS NOT NULL", "B IS NOT NULL", undefined].reverse(), names: 3 },
  );

  itStill(
    "builds the schema by what such a function has made of a condition and of an expression, and finds nothing to change then",
    async () => {
      const dataSource = await open();
      await dataSource.manager.insert(LatelyNamed, { id: 1, a: 2, b: 3 });
      const { made } = await dataSource.manager.findOneByOrFail(LatelyNamed, { id: 1 });
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      const recording = recordStatements(dataSource);
      await dataSource.synchronize();
      const changes = recording.statements.filter((text) => /^(ALTER|CREATE|DROP)/.test(text));
      return [made, upQueries, changes];
    },
    [3, [], []],
  );
});

describeEachDatabase("the column beside an index of an embedded class", (database) => {
  leaning("src/typeorm/final-names.ts").itStill(
    "gives such an index the class that it is embedded as",
    async () => {
      @Entity("embedding")
      class Embedding {
        @PrimaryColumn() id!: number;
        @Column(() => Part) part!: Part;
      }
      const dataSource = await database.open([Embedding]);
      const [index] = dataSource.getMetadata(Embedding).indices;
      return [index?.where?.includes("partInner"), index?.columns[0]?.propertyPath];
    },
    [true, "part.inner"],
  );
});
