import { getSoftDeleteRepository } from "../../src";
import { DATABASE_NAMES, isAskedFor, isFile, isThere } from "./databases";
import { OPERATIONS, type Operation } from "./operations";
import { prove } from "./prove";
import { Branch, Item, Purchase } from "./shop";

const SOFT_DELETE = OPERATIONS.filter(({ by, name }) => by === "own" && name === "softDelete");

/** TypeORM rolls its transaction back. */
const REFUSED = OPERATIONS.filter(({ name }) => name === "softRemove of a restrained row");

/** A deletion in two transactions: what fails between them leaves half of it. */
const HALVES: Operation = {
  by: "own",
  name: "two deletions in one",
  on: (pick) => {
    const [item, branch] = [pick.active("item"), pick.active("branch")];
    if (item === undefined || branch === undefined) return undefined;
    return async (manager) => {
      await getSoftDeleteRepository(manager, Item).softDelete(item);
      await getSoftDeleteRepository(manager, Branch).softDelete(branch);
    };
  },
};

/** A deletion that does not cascade. */
const UNPAIRED: Operation = {
  by: "own",
  name: "plain SQL",
  on: (pick) => {
    const id = pick.restrained();
    if (id === undefined) return undefined;
    return async (manager) => {
      const { tableName } = manager.dataSource.getMetadata(Purchase);
      const table = manager.dataSource.driver.escape(tableName);
      const column = manager.dataSource.driver.escape("deletedAt");
      await manager.query(
        `UPDATE ${table} SET ${column} = CURRENT_TIMESTAMP WHERE id = ${String(id)}`,
      );
      await manager.query(`UPDATE ${table} SET ${column} = NULL WHERE id = ${String(id)}`);
    };
  },
};

/** One that leaks its transaction when a statement fails. */
const LEAKS: Operation = {
  by: "own",
  name: "a transaction that is left open",
  on: () => async (manager) => {
    const runner = manager.queryRunner ?? manager.dataSource.createQueryRunner();
    try {
      await runner.startTransaction();
      await runner.query("UPDATE tag SET version = version + 1");
      await runner.query("UPDATE tag SET version = version - 1");
      await runner.commitTransaction();
    } finally {
      await runner.release();
    }
  },
};

for (const database of DATABASE_NAMES.filter(isAskedFor)) {
  const describeThere = isThere(database) ? describe : describe.skip;
  describeThere(`npm run faults on ${database}`, () => {
    it("finds nothing wrong with a soft delete", async () => {
      const result = await prove({
        database,
        operations: SOFT_DELETE,
        faults: 60,
        seed: 1,
        kills: 1,
      });

      expect(result.wrong).toEqual([]);
      expect(result.total).toBe(60);
    });

    it("finds what is half done", async () => {
      const result = await prove({
        database,
        operations: [HALVES],
        faults: 20,
        seed: 1,
        context: "autocommit",
      });

      expect(result.wrong.map(({ what }) => what).join("\n")).toContain("half done");
    });

    it("finds rows that break the laws", async () => {
      const result = await prove({
        database,
        operations: [UNPAIRED],
        faults: 8,
        seed: 1,
        context: "autocommit",
      });

      expect(result.wrong.map(({ what }) => what)).toContain(
        "pairing of purchase broken in 1 rows",
      );
    });

    if (!isFile(database)) {
      it("finds no transaction of TypeORM's left open", async () => {
        const result = await prove({
          ...{ database, operations: REFUSED, context: "autocommit" },
          ...{ faults: 40, seed: 20001, kind: "fails" },
        });

        expect(result.wrong).toEqual([]);
        expect(result.tried).not.toEqual({});
      });
    }

    it("finds a transaction that is left open", async () => {
      const result = await prove({
        database,
        operations: [LEAKS],
        faults: 4,
        seed: 1,
        context: "autocommit",
        kind: "fails",
      });

      expect(result.wrong.map(({ what }) => what)).toContain("a transaction is left open");
    });
  });
}
