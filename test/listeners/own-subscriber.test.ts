import { EventSubscriber, type SoftRemoveEvent } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteSubscriber, type SoftDeleteEvent } from "../../src";
import { describeEachDatabase } from "../harness";
import { openHouse, Room, told } from "./house";

/** Extends the package's own subscriber, and overrides a hook of TypeORM's late. */
@EventSubscriber()
class Auditing extends SoftDeleteSubscriber {
  override async afterSoftRemove(event: SoftRemoveEvent<Room>): Promise<void> {
    await Promise.resolve();
    await super.afterSoftRemove(event);
    told.push(["audit", event.metadata.name, event.entity?.["name"]]);
  }
  override afterSoftDelete({ counts }: SoftDeleteEvent): void {
    told.push(counts);
  }
}

const OF_OBJECTS = [{ Room: 1, Lamp: 2 }, "hall", "red", "blue"];

describeEachDatabase("the package's own subscriber", (database) => {
  const house = openHouse(database, [Auditing]);
  const audited = () =>
    told
      .filter((one) => typeof one !== "string")
      .map((one) => (Array.isArray(one) ? (one as unknown[])[2] : one));

  it("does nothing in the hooks that a verb tells; a subclass that overrides one is told", async () => {
    await getSoftDeleteRepository(house.manager, Room).softRemove(house.hall);

    expect(audited()).toEqual(OF_OBJECTS);
    const rows = await house.manager.find(Room, { withDeleted: true });
    expect(rows.map((row) => row.deletionId)).toEqual([house.hall.deletionId]);
  });

  it("still does its work in a call of TypeORM's own", async () => {
    await house.manager.softDelete(Room, house.hall.id);

    expect(audited()).toEqual([{ Room: 1, Lamp: 2 }, undefined]);
  });
});
