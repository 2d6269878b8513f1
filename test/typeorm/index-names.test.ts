import { DeleteDateColumn, Entity, Index, PrimaryColumn } from "typeorm";

import { describeEachDatabase } from "../harness";
import { leaning } from "./leaning";

@Entity("indexed")
@Index(["a", "b"], { where: '"a" IS NOT NULL OR "b" IS NOT NULL' })
@Index(["b", "a"], { where: '"b" IS NOT NULL OR "a" IS NOT NULL' })
class Indexed {
  @PrimaryColumn() a!: number;
  @PrimaryColumn() b!: number;
  @DeleteDateColumn() deletedAt!: Date | null;
}

@Entity("unconditional")
@Index(["a", "b"])
@Index(["b", "a"])
class Unconditional {
  @PrimaryColumn() a!: number;
  @PrimaryColumn() b!: number;
}

describeEachDatabase("names of indexes", (database) => {
  leaning(
    "src/entity/with-soft-delete.ts",
    "src/entity/entity-schema.ts and src/check/indexes.ts (their documentation)",
  ).itStill(
    "names an index after its columns, in whatever order, and its condition",
    async () => {
      const dataSource = await database.open([Indexed, Unconditional], { synchronize: false });
      return [Indexed, Unconditional].map((entity) => {
        const { indices } = dataSource.getMetadata(entity);
        return new Set(indices.map((index) => index.name)).size;
      });
    },
    [2, 1],
  );
});
