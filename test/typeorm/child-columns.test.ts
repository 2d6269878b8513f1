import { ChildEntity, Column, Entity, PrimaryColumn, TableInheritance } from "typeorm";

import { indexOnce, shareWithChildren } from "../../src/typeorm/child-columns";
import { describeEachDatabase } from "../harness";
import { leaning } from "./leaning";

/** Classes of their own each time: decorators note what they are given for good. */
function family(share: boolean) {
  @Entity("top")
  @TableInheritance({ column: { type: "varchar", name: "kind" } })
  class Top {
    @PrimaryColumn() id!: number;
  }
  abstract class Between extends Top {
    @Column({ type: "varchar", nullable: true }) shared!: string | null;
  }
  if (share) shareWithChildren(Between);
  @ChildEntity()
  class Child extends Between {}
  @Entity("lone")
  class Lone extends Between {}
  return { Top, Between, Child, Lone };
}

describeEachDatabase("the columns of a class between", (database) => {
  const columnsOf = async (entities: (new () => object)[], at: new () => object) => {
    const dataSource = await database.open(entities, { synchronize: false });
    return dataSource.getMetadata(at).columns.map((column) => column.propertyName);
  };

  const { itStill } = leaning("src/typeorm/child-columns.ts");

  itStill(
    "fails by itself over columns of a class between a child entity and the one at the top",
    async () => {
      const { Top, Child } = family(false);
      return columnsOf([Top, Child], Child).catch((error: unknown) => error instanceof TypeError);
    },
    true,
  );

  itStill(
    "asks each table for its type whenever it builds metadata, and takes the columns of child entities",
    () => {
      const { Top, Child } = family(true);
      return columnsOf([Top, Child], Top);
    },
    ["id", "shared", "kind"],
  );

  itStill(
    "leaves out the columns of a class that no child entity extends",
    () => {
      @Entity("top")
      @TableInheritance({ column: { type: "varchar", name: "kind" } })
      class Top {
        @PrimaryColumn() id!: number;
      }
      abstract class Between extends Top {
        @Column({ type: "varchar", nullable: true }) shared!: string | null;
      }
      shareWithChildren(Between);
      @Entity("lone")
      class Lone extends Between {}
      return columnsOf([Top, Lone], Top);
    },
    ["id", "kind"],
  );

  itStill(
    "notes the indexes of a class where they are found again",
    async () => {
      const { Top, Between, Child } = family(true);
      abstract class Other extends Top {
        @Column({ type: "varchar", nullable: true }) shared!: string | null;
      }
      shareWithChildren(Other);
      for (const one of [Between, Other]) indexOnce(one, ["shared"]);
      @ChildEntity()
      class Sibling extends Other {}
      const dataSource = await database.open([Top, Child, Sibling], { synchronize: false });
      return dataSource.getMetadata(Top).indices.filter(({ where }) => where !== undefined).length;
    },
    1,
  );
});
