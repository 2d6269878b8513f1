import { getSoftDeleteRepository, SoftDeleteManager } from "../../src";
import { describeEachDatabase } from "../harness";
import { Lamp, openHouse, Room, told } from "./house";

describeEachDatabase("the package's verbs", (database) => {
  const house = openHouse(database);
  const rooms = () => getSoftDeleteRepository(house.manager, Room);
  const lamps = () => getSoftDeleteRepository(house.manager, Lamp);

  const ofHall = (hook: string, was: string) => [
    hook,
    "Room",
    "hall",
    `hall was ${was}`,
    true,
    true,
  ];
  const ofCall = (hook: string) => [hook, "Room", undefined, undefined, true, true];

  const removed = [
    "hall: before, active",
    ofHall("beforeSoftRemove", "active"),
    "red: before, active",
    "blue: before, active",
    "hall: after, deleted",
    ofHall("afterSoftRemove", "active"),
    "red: after, deleted",
    "blue: after, deleted",
  ];
  const recovered = [
    "hall: before, deleted",
    ofHall("beforeRecover", "deleted"),
    "red: before, deleted",
    "blue: before, deleted",
    "hall: after, active",
    ofHall("afterRecover", "deleted"),
    "red: after, active",
    "blue: after, active",
  ];

  it("tell of the objects that softRemove takes, and of those loaded below them", async () => {
    await rooms().softRemove(house.hall);

    expect(told).toEqual(removed);
  });

  it("tell of the objects that recover brings back", async () => {
    await rooms().softRemove([house.hall]);
    told.length = 0;

    await rooms().recover([house.hall]);

    expect(told).toEqual(recovered);
  });

  it("tell the same on the manager and of an Active Record", async () => {
    const softDeletes = new SoftDeleteManager(house.manager);
    await softDeletes.softRemove(Room, house.hall);
    await softDeletes.recover(Room, house.hall);
    await house.hall.softRemove();
    await house.hall.restore();

    expect(told).toEqual([...removed, ...recovered, ...removed, ...recovered]);
  });

  it("tell nothing of rows that the call does not take", async () => {
    const [red] = house.hall.lamps;
    if (!red) throw new Error("There is no red lamp.");
    await lamps().softDelete(red.id);
    await rooms().softRemove(house.hall);

    expect(told).toEqual(removed.filter((one) => !String(one).startsWith("red")));
    told.length = 0;
    await rooms().softRemove(house.hall);
    expect(told).toEqual([]);
    // The red lamp belongs to another deletion, and stays there.
    await rooms().recover(house.hall);
    expect(told).toEqual(recovered.filter((one) => !String(one).startsWith("red")));
  });

  it("tell nothing of what stays below a row that comes back alone", async () => {
    await rooms().softRemove(house.hall);
    told.length = 0;

    await rooms().recover(house.hall, { below: false });

    expect(told).toEqual(recovered.filter((one) => /hall/.test(String(one))));
  });

  it("tell of criteria once, without a row", async () => {
    await rooms().softDelete([house.hall.id, -1]);
    await rooms().restore({ name: "hall" });

    const hooks = ["beforeSoftRemove", "afterSoftRemove", "beforeRecover", "afterRecover"];
    expect(told).toEqual(hooks.map(ofCall));
  });

  it("tell nothing of an empty list, of a preview, or of a call with listeners: false", async () => {
    await rooms().softDelete([]);
    await rooms().previewSoftDelete({ name: "hall" });
    await rooms().softRemove(house.hall, { listeners: false });
    await rooms().recover(house.hall, { listeners: false });

    expect(told).toEqual([]);
    expect(house.hall.deletedAt).toBeNull();
  });

  it("tell of removals for good, which the hardDelete guard does not concern", async () => {
    await rooms().forceRemove(house.hall);

    expect(told).toEqual([
      "hall: before removal",
      ofHall("beforeRemove", "active"),
      "red: before removal",
      "blue: before removal",
      "hall: after removal",
      ofHall("afterRemove", "active"),
      "red: after removal",
      "blue: after removal",
    ]);
    told.length = 0;
    await rooms().forceDelete({ name: "attic" });
    expect(told).toEqual(["beforeRemove", "afterRemove"].map(ofCall));
    await expect(house.manager.delete(Room, { name: "attic" })).rejects.toThrow("hardDelete");
  });

  it("tell of a removal from the trash what was in it", async () => {
    await rooms().onlyDeleted().forceRemove(house.hall);
    expect(told).toEqual([]);

    await lamps().softRemove(house.hall.lamps);
    told.length = 0;
    await lamps().onlyDeleted().forceRemove(house.hall.lamps);
    const moments = ["before", "after"];
    expect(told).toEqual(
      moments.flatMap((moment) => [`red: ${moment} removal`, `blue: ${moment} removal`]),
    );
  });

  it("tell nothing of purge and restoreDeletion", async () => {
    const { deletionId } = await rooms().softDelete(house.hall.id);
    told.length = 0;
    await rooms().restoreDeletion(deletionId ?? "");
    await rooms().softRemove(house.hall, { listeners: false });
    const { total } = await rooms().purge({ olderThan: "1h" });

    expect(total).toBe(3);
    expect(told).toEqual([]);
  });
});
