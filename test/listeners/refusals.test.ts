import { type EntityManager } from "typeorm";

import { getSoftDeleteRepository, type SoftDeleteRepository } from "../../src";
import { describeEachDatabase } from "../harness";
import { statementsOf } from "../harness/record-statements";
import { also, Lamp, openHouse, Room, stateOf, told } from "./house";

describeEachDatabase("a hook of another subscriber", (database) => {
  const house = openHouse(database);
  const rooms = (manager = house.manager) => getSoftDeleteRepository(manager, Room);

  async function states(): Promise<string[]> {
    const rows = [
      ...(await rooms().withDeleted().find()),
      ...(await house.manager.find(Lamp, { withDeleted: true, order: { id: "ASC" } })),
    ];
    return rows.map((row) => `${row.name} ${stateOf(row)}`);
  }
  const active = ["hall active", "red active", "blue active"];
  const deleted = ["hall deleted", "red deleted", "blue deleted"];

  const operations: readonly [
    action: string,
    call: string,
    before: string[],
    run: (repository: SoftDeleteRepository<Room>) => Promise<unknown>,
  ][] = [
    ["SoftRemove", "softRemove", active, (all) => all.softRemove(house.hall)],
    ["SoftRemove", "softDelete", active, (all) => all.softDelete({ name: "hall" })],
    ["Recover", "recover", deleted, (all) => all.recover(house.hall)],
    ["Recover", "restore", deleted, (all) => all.restore({ name: "hall" })],
    ["Remove", "forceRemove", active, (all) => all.forceRemove(house.hall)],
    ["Remove", "forceDelete", active, (all) => all.forceDelete({ name: "hall" })],
  ];
  for (const [action, call, before, run] of operations) {
    for (const moment of ["before", "after"]) {
      const hook = `${moment}${action}`;

      it(`refuses ${call} by what it throws in ${hook}`, async () => {
        if (before === deleted) await rooms().softRemove(house.hall, { listeners: false });
        also[hook] = () => Promise.reject(new Error("not now"));

        await expect(run(rooms())).rejects.toThrow("not now");

        expect(await states()).toEqual(before);
        expect(
          [house.hall, ...house.hall.lamps].map((one) => `${one.name} ${stateOf(one)}`),
        ).toEqual(before);
      });

      it(`works on the connection of ${call} in ${hook}`, async () => {
        if (before === deleted) await rooms().softRemove(house.hall, { listeners: false });
        const seen: unknown[] = [];
        also[hook] = async (manager) => {
          seen.push(await manager.countBy(Room, {}));
          await rooms(manager).createQueryBuilder().getCount();
          await nested(manager);
        };

        await run(rooms());

        const wasActive = before === active;
        expect(seen).toEqual([wasActive === (moment === "before") ? 1 : 0]);
        expect(await house.manager.countBy(Lamp, { name: "spare" })).toBe(1);
      });
    }
  }

  /** An operation of this package's within the one that tells. */
  async function nested(manager: EntityManager): Promise<void> {
    const spare = await manager.save(Lamp, manager.create(Lamp, { name: "spare" }));
    const lamps = getSoftDeleteRepository(manager, Lamp);
    await lamps.softDelete(spare.id);
    await lamps.restore(spare.id);
  }

  it("leaves a transaction of the caller's usable", async () => {
    also["afterSoftRemove"] = () => Promise.reject(new Error("not now"));

    await house.manager.transaction(async (manager) => {
      await expect(rooms(manager).softRemove(house.hall)).rejects.toThrow("not now");
      await manager.update(Room, house.hall.id, { name: "hallway" });
    });

    expect(await states()).toEqual(["hallway active", "red active", "blue active"]);
  });

  it("is told again when the transaction is run again", async () => {
    const deadlock = {
      postgres: "DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$",
      mysql: "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213",
      // One connection cannot be in a deadlock: what a hook throws is final.
      "better-sqlite3": "SELECT no_such_function()",
    }[database.name];
    let left = 1;
    also["afterSoftRemove"] = (manager) => (left-- > 0 ? manager.query(deadlock) : undefined);

    const removal = rooms().softRemove(house.hall);

    if (database.name === "better-sqlite3") await expect(removal).rejects.toThrow("no_such");
    else await removal;
    const hooks = told.flatMap((one) => (Array.isArray(one) ? [(one as unknown[])[0]] : []));
    const once = ["beforeSoftRemove", "afterSoftRemove"];
    expect(hooks).toEqual(database.name === "better-sqlite3" ? once : [...once, ...once]);
    expect(await states()).toEqual(database.name === "better-sqlite3" ? active : deleted);
  });

  it("reads what the caller has put into data", async () => {
    const seen: unknown[] = [];
    for (const hook of ["beforeSoftRemove", "afterRecover"]) {
      also[hook] = ({ queryRunner }) => seen.push([queryRunner?.data, stateOf(house.hall)]);
    }

    await house.manager.transaction(async (manager) => {
      await rooms(manager).softRemove(house.hall, { data: { from: "console" } });
      await rooms(manager).recover(house.hall, { data: { from: "undo" } });
      seen.push(manager.queryRunner?.data);
    });

    expect(seen).toEqual([[{ from: "console" }, "active"], [{ from: "undo" }, "active"], {}]);
  });

  it("is told in a transaction of its own of what is else one statement", async () => {
    const lamps = getSoftDeleteRepository(house.manager, Lamp);
    const { dataSource } = house.manager;

    const alone = await statementsOf(dataSource, () => lamps.softDelete({ name: "red" }));
    const heard = await statementsOf(dataSource, () => rooms().softDelete({ name: "attic" }));

    // Nobody listens to criteria calls on lamps.
    expect(alone).toHaveLength(1);
    expect(heard.length).toBeGreaterThan(1);
    expect(told).toEqual([
      ["beforeSoftRemove", "Room", undefined, undefined, true, true],
      ["afterSoftRemove", "Room", undefined, undefined, true, true],
    ]);
  });
});
