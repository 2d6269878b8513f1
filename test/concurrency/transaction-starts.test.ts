import { setTimeout } from "node:timers/promises";

import { EventSubscriber, type DataSource } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteSubscriber, type SoftDeleteEvent } from "../../src";
import { describeEachDriver } from "../harness";
import { Author, Country, fill, openLibrary } from "../subscriber/library";

let told: ((event: SoftDeleteEvent) => Promise<unknown>) | undefined;

@EventSubscriber()
class Told extends SoftDeleteSubscriber {
  override async afterSoftDelete(event: SoftDeleteEvent): Promise<void> {
    await told?.(event);
  }
}

function softDelete(dataSource: DataSource, name: string): Promise<unknown> {
  return getSoftDeleteRepository(dataSource, Author).softDelete({ name });
}

describeEachDriver("a transaction that starts beside operations", (database) => {
  const opened = openLibrary(database, [Told]);
  afterEach(() => {
    told = undefined;
  });

  it("begins once it is let through, before the next of them", async () => {
    const { dataSource } = opened;
    await fill(dataSource);
    await dataSource.manager.save(Author, [{ name: "carol" }, { name: "dan" }]);
    told = () => setTimeout(20);

    const results = await Promise.allSettled([
      softDelete(dataSource, "bob"),
      setTimeout(5).then(() =>
        dataSource.transaction((inner) => inner.insert(Country, { name: "one" })),
      ),
      setTimeout(10).then(() => softDelete(dataSource, "carol")),
      setTimeout(10).then(() =>
        dataSource.transaction((inner) => inner.insert(Country, { name: "two" })),
      ),
      setTimeout(15).then(() => softDelete(dataSource, "dan")),
    ]);

    expect(results.map(({ status }) => status)).toEqual(results.map(() => "fulfilled"));
    expect(await dataSource.manager.countBy(Country, {})).toBe(2);
    expect((await dataSource.manager.find(Author)).map(({ name }) => name)).toEqual(["ada"]);
    // The connection is free, and TypeORM knows that.
    const runner = dataSource.createQueryRunner();
    expect(runner.isTransactionActive).toBe(false);
    await runner.release();
  });
});
