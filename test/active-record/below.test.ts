import "reflect-metadata";
import {
  ChildEntity,
  Entity,
  EventSubscriber,
  Index,
  ManyToOne,
  PrimaryColumn,
  TableInheritance,
} from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteSubscriber,
  type RestoreEvent,
} from "../../src";
import { describeEachDatabase } from "../harness";
import { fillNotebooks, Note, Notebook, NOTEBOOKS, SUBSCRIBED, texts } from "./notebook";

const ALONE = { below: false } as const;

@Entity()
@TableInheritance({ column: { name: "kind", type: "varchar" } })
class Place extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @ManyToOne(() => Place) @OnSoftDelete("CASCADE") within!: Place | null;
}

@ChildEntity()
class City extends Place {}

@ChildEntity()
class Street extends Place {}

const events: RestoreEvent[] = [];

@EventSubscriber()
class Watching extends SoftDeleteSubscriber {
  override afterRestore(event: RestoreEvent): void {
    events.push(event);
  }
}

describeEachDatabase("below: false", (database) => {
  it("restores an object of SoftDeletableEntity without what its deletion took below it", async () => {
    const dataSource = await database.open(NOTEBOOKS, SUBSCRIBED);
    Notebook.useDataSource(dataSource);
    Note.useDataSource(dataSource);
    await fillNotebooks();
    const red = await Notebook.titled("red");
    await red.softRemove();
    const deletionId = red.deletionId ?? "";

    await red.restore(ALONE);

    expect(red.isDeleted).toBe(false);
    expect(await texts(Note.find())).toEqual(["three"]);
    await red.softRemove();
    await Notebook.restore({ title: "red" }, ALONE);
    expect(await texts(Note.onlyDeleted().find())).toEqual(["one", "two"]);
    await Notebook.restoreDeletion(deletionId);
    expect(await texts(Note.find())).toEqual(["one", "three", "two"]);
  });

  it("holds for rows of one child entity in a table of several, and is told so", async () => {
    const dataSource = await database.open([Place, City, Street], { subscribers: [Watching] });
    const { manager } = dataSource;
    const city = await manager.save(City, { id: 1 });
    const street = await manager.save(Street, { id: 2, within: city });
    await manager.save(Street, { id: 3, within: street });
    const cities = getSoftDeleteRepository(dataSource, City);
    const places = getSoftDeleteRepository(dataSource, Place);
    const { deletionId } = await cities.softDelete(1);
    events.length = 0;

    expect(await cities.restore([1, 2], ALONE)).toMatchObject({ affected: 1, total: 1 });

    expect(events).toMatchObject([{ deletionId, affected: 1, counts: { Place: 1 }, total: 1 }]);
    expect((await places.find()).map(({ id }) => id)).toEqual([1]);
    const deleted = await getSoftDeleteRepository(dataSource, Street).onlyDeleted().find();
    await getSoftDeleteRepository(dataSource, Street).recover(
      deleted.find(({ id }) => id === 2)!,
      ALONE,
    );
    expect((await places.onlyDeleted().find()).map(({ id }) => id)).toEqual([3]);
    expect(await places.restoreDeletion(deletionId!)).toMatchObject({ affected: 1, total: 1 });
  });
});
