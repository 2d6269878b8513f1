import {
  And,
  Column,
  Entity,
  Equal,
  In,
  JsonContains,
  Not,
  PrimaryColumn,
  Raw,
  type FindOptionsWhere,
} from "typeorm";

import { copyOfWhere } from "../../src/typeorm/find-operators";
import { describeEachDatabase } from "../harness";
import { openOnce } from "./entities";
import { leaning } from "./leaning";

@Entity("doubled")
class Doubled {
  @PrimaryColumn() id!: number;
  @Column({ type: "int", transformer: { to: (n: number) => n * 2, from: (n: number) => n / 2 } })
  n!: number;
}

describeEachDatabase("the operators of a where", (database) => {
  const opened = openOnce(database, [Doubled]);
  const { itStill } = leaning(
    "src/typeorm/find-operators.ts",
    "src/repository/reads/scoped-reads.ts",
  );

  itStill(
    "changes the operators that it is given, and none of a copy's original",
    async () => {
      const { manager } = opened.dataSource;
      const where = (): FindOptionsWhere<Doubled> => ({ n: And(In([1, 2]), Not(Equal(3))) });
      const [given, original] = [where(), where()];
      await manager.find(Doubled, { where: given });
      await manager.find(Doubled, { where: copyOfWhere([{ id: 1 }, original]) });
      const text = JSON.stringify(where());
      return [JSON.stringify(given) === text, JSON.stringify(original) === text];
    },
    [false, true],
  );

  itStill(
    "has operators whose copies are the same operators, with the same values",
    () => {
      const day = new Date(0);
      const where = {
        a: Raw((column) => `${column} = :b`, { b: 1 }),
        c: [Not(In([1, day])), { d: JsonContains({ e: [1] }) }],
        f: day,
        g: undefined,
      };
      const copy = copyOfWhere(where);
      expect(copy).toEqual(where);
      return [copy.a === where.a, copy.f === day, copy.a.getSql === where.a.getSql, "g" in copy];
    },
    [false, true, true, true],
  );
});
