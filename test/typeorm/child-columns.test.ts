import { ChildEntity, Column, Entity, PrimaryColumn, TableInheritance } from "typeorm";

import { shareWithChildren } from "../../src/typeorm/child-columns";
import { describeEachDatabase } from "../harness";

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

  it("are what TypeORM fails over by itself", async () => {
    const { Top, Child } = family(false);

    await expect(columnsOf([Top, Child], Child)).rejects.toThrow(TypeError);
  });

  it("go into the table with the child entities that extend it", async () => {
    const { Top, Child } = family(true);

    expect(await columnsOf([Top, Child], Top)).toEqual(["id", "shared", "kind"]);
  });

  it("stay out of the table where no child entity extends it", async () => {
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

    expect(await columnsOf([Top, Lone], Top)).toEqual(["id", "kind"]);
  });
});
