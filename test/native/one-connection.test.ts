import { setImmediate, setTimeout } from "node:timers/promises";

import { EventSubscriber, type DataSource, type EntityManager } from "typeorm";

import {
  ConnectionBusyError,
  getSoftDeleteRepository,
  SoftDeleteManager,
  SoftDeleteSubscriber,
  type SoftDeleteEvent,
} from "../../src";
import { OperationQueue } from "../../src/session/operation-queue";
import { describeEachDriver } from "../harness";
import { Author, Book, Country, deletions, fill, Loan, openLibrary } from "../subscriber/library";

const ROUNDS = 10;

let told: ((event: SoftDeleteEvent) => Promise<void> | void) | undefined;

@EventSubscriber()
class Told extends SoftDeleteSubscriber {
  override afterSoftDelete(event: SoftDeleteEvent): Promise<void> | void {
    return told?.(event);
  }
}

const verbsOf = (dataSource: DataSource) => ({
  softDelete: (name: string): Promise<unknown> =>
    getSoftDeleteRepository(dataSource, Author).softDelete({ name }),
});

/** TypeORM's own statement may be the victim of a deadlock on MySQL and MariaDB: the application repeats its call. */
const nativeOf = ({ manager }: DataSource) => ({
  async softDelete(name: string): Promise<unknown> {
    for (;;) {
      try {
        return await manager.softDelete(Author, { name });
      } catch (error) {
        if ((error as { errno?: number }).errno !== 1213) throw error;
      }
    }
  },
});

/** Calls beside which others have to be true to their word. */
const BESIDE: Record<string, (dataSource: DataSource) => Promise<unknown>> = {
  "a softDelete() that is refused": (dataSource) =>
    getSoftDeleteRepository(dataSource, Author).softDelete({ name: "ada" }),
  "a softDelete() of TypeORM's own that is refused": ({ manager }) =>
    manager.softDelete(Author, { name: "ada" }),
  "a softRemove() of TypeORM's own that is refused": async ({ manager }) =>
    manager.softRemove(await manager.findOneByOrFail(Author, { name: "ada" })),
  "a restore() that is refused": (dataSource) =>
    getSoftDeleteRepository(dataSource, Book).restore({ name: "gone" }),
  "a restore() that succeeds": (dataSource) =>
    getSoftDeleteRepository(dataSource, Author).restore({ name: "dan" }),
  "a preview": (dataSource) =>
    getSoftDeleteRepository(dataSource, Author).previewSoftDelete({ name: "bob" }),
};

async function prepare({ manager }: DataSource): Promise<void> {
  const { ada } = await fill(manager.dataSource);
  await manager.save(manager.create(Loan, { name: "loan", author: ada }));
  const carol = await manager.save(
    manager.create(Author, { name: "carol", books: [{ name: "gone" }] }),
  );
  await manager.softDelete(Book, { name: "gone" });
  await manager.softRemove(carol);
  await manager.save(manager.create(Author, { name: "dan", books: [{ name: "here" }] }));
  await manager.softDelete(Author, { name: "dan" });
}

describeEachDriver("calls that share a connection", (database) => {
  const opened = openLibrary(database, [Told]);
  const { limit } = OperationQueue;
  afterEach(() => {
    told = undefined;
    OperationQueue.limit = limit;
  });

  for (const [name, call] of Object.entries(BESIDE)) {
    // TypeORM's own transaction is open meanwhile, into which it lets every statement.
    const own = name.includes("softRemove");

    it(`are true to their word beside ${name}`, async () => {
      const { dataSource } = opened;
      const { manager } = dataSource;
      await prepare(dataSource);
      const kept: string[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const names = Array.from({ length: 4 }, (_, index) => `${String(round)}-${String(index)}`);
        const authors = names.map((one) => `author ${one}`);
        await manager.insert(
          Author,
          authors.map((one) => ({ name: one })),
        );
        const done = await Promise.allSettled([
          call(dataSource),
          ...names.map(async (one, index) => {
            for (let turn = 0; turn < index * 3; turn++) await setImmediate();
            if (!own) await manager.insert(Country, { name: one });
          }),
          ...authors.map(async (one, index) => {
            for (let turn = 0; turn < index * 2; turn++) await Promise.resolve();
            const { softDelete } = index % 2 === 0 ? verbsOf(dataSource) : nativeOf(dataSource);
            await softDelete(one);
          }),
        ]);
        expect(done.slice(1).map(({ status }) => status)).toEqual(
          done.slice(1).map(() => "fulfilled"),
        );
        kept.push(...names);
      }

      expect(await manager.countBy(Country, {})).toBe(own ? 0 : kept.length);
      const left = (await manager.find(Author)).filter(({ name: one }) => one.startsWith("author"));
      expect(left).toEqual([]);
    });
  }

  it("are undone whole, where they save several objects beside an operation", async () => {
    const { dataSource } = opened;
    const { manager } = dataSource;
    await prepare(dataSource);
    for (let round = 0; round < ROUNDS; round++) {
      const bad = { name: null as unknown as string };
      await Promise.allSettled([
        getSoftDeleteRepository(dataSource, Author).softDelete({ name: "ada" }),
        manager.save(Country, [{ name: "one" }, { name: "two" }, bad]),
      ]);
    }
    expect(await manager.countBy(Country, {})).toBe(0);
  });

  it("stay out of a transaction that is not theirs, and inside of their own", async () => {
    const { dataSource } = opened;
    const { manager } = dataSource;
    await prepare(dataSource);
    const call = async (inside: EntityManager): Promise<void> => {
      await inside.insert(Country, { name: "undone" });
      // By the repository of the data source: on one connection it is part of the transaction all the same.
      const outer = database.name === "better-sqlite3" ? manager : inside;
      await getSoftDeleteRepository(outer, Author).softDelete({ name: "bob" });
      await setTimeout(20);
      throw new Error("changed my mind");
    };

    // What is started behind a transaction, in the same turn, passes for a part of it on one connection.
    const results = await Promise.allSettled([
      setTimeout(5).then(() =>
        getSoftDeleteRepository(dataSource, Author).restore({ name: "dan" }),
      ),
      setTimeout(5).then(() => manager.softDelete(Author, { name: "carol" })),
      dataSource.transaction(call),
    ]);

    expect(results).toMatchObject([
      { status: "fulfilled", value: { affected: 1 } },
      { status: "fulfilled" },
      { status: "rejected", reason: { message: "changed my mind" } },
    ]);
    expect(await manager.countBy(Country, {})).toBe(0);
    expect((await manager.find(Author)).map(({ name }) => name).sort()).toEqual([
      "ada",
      "bob",
      "dan",
    ]);
  });

  it.each(["that is rolled back", "that is committed"])(
    "are part of a transaction %s where they are started behind it in one turn, on one connection",
    async (end) => {
      if (database.name !== "better-sqlite3") return;
      const { dataSource } = opened;
      const { manager } = dataSource;
      await prepare(dataSource);
      const committed = end === "that is committed";
      for (const [deleted, refused] of [
        [() => getSoftDeleteRepository(dataSource, Author).softDelete({ name: "bob" }), false],
        [() => manager.restore(Author, { name: "dan" }), false],
        [() => getSoftDeleteRepository(dataSource, Author).softDelete({ name: "ada" }), true],
      ] as const) {
        await manager.deleteAll(Country);
        const results = await Promise.allSettled([
          dataSource.transaction(async (inner) => {
            await inner.insert(Country, { name: "one" });
            await setTimeout(10);
            if (!committed) throw new Error("changed my mind");
          }),
          deleted(),
        ]);
        expect(results.map(({ status }) => status)).toEqual([
          committed ? "fulfilled" : "rejected",
          refused ? "rejected" : "fulfilled",
        ]);
        expect(await manager.countBy(Country, {})).toBe(committed ? 1 : 0);
        expect(dataSource.createQueryRunner().isTransactionActive).toBe(false);
      }
      const gone = (await deletions(manager)).flat();
      expect([gone.includes("bob"), gone.includes("dan")]).toEqual([committed, !committed]);
      await dataSource.transaction((inner) => inner.insert(Country, { name: "later" }));
    },
  );

  it("do not wait without end for a transaction into which TypeORM has put them", async () => {
    const { dataSource } = opened;
    const { manager } = dataSource;
    await prepare(dataSource);
    const bob = await manager.findOneByOrFail(Author, { name: "bob" });
    for (const fails of [false, true]) {
      await Promise.allSettled([
        setTimeout(5).then(() => manager.softRemove(bob)),
        dataSource.transaction(async (inner) => {
          await inner.insert(Country, { name: "one" });
          await setTimeout(50);
          if (fails) throw new Error("changed my mind");
        }),
      ]);
      await manager.restore(Author, { name: "bob" });
    }
    expect(await manager.countBy(Country, {})).toBe(1);
  });

  it("may open transactions in a listener, which are undone alone", async () => {
    const { dataSource } = opened;
    const { manager } = dataSource;
    await prepare(dataSource);
    told = async (event) => {
      await event.manager.save(Country, [{ name: "saved" }, { name: "with it" }]);
      await event.manager
        .transaction(async (inner) => {
          await inner.insert(Country, { name: "undone" });
          throw new Error("changed my mind");
        })
        .catch(() => undefined);
      await event.manager.transaction((inner) => inner.insert(Country, { name: "kept" }));
    };

    await getSoftDeleteRepository(dataSource, Author).softDelete({ name: "bob" });
    await manager.softDelete(Author, { name: "dan" });
    await manager.restore(Author, { name: "bob" });
    await manager.softDelete(Author, { name: "bob" });
    told = undefined;

    const countries = (await manager.find(Country)).map(({ name }) => name).sort();
    expect(countries).toEqual(["kept", "kept", "saved", "saved", "with it", "with it"]);
    // The connection is free, and TypeORM knows that.
    await dataSource.transaction((inner) => inner.insert(Country, { name: "later" }));
    expect(dataSource.createQueryRunner().isTransactionActive).toBe(false);
    expect(await manager.countBy(Country, { name: "later" })).toBe(1);
  });

  it("end with an error instead of waiting for each other without end", async () => {
    if (database.name !== "better-sqlite3") return;
    const { dataSource } = opened;
    const { manager } = dataSource;
    await prepare(dataSource);
    OperationQueue.limit = 200;
    let start: (() => void) | undefined;
    const outside = new Promise<void>((resolve) => (start = resolve)).then(() =>
      manager.countBy(Country, {}),
    );
    told = async () => {
      start?.();
      await outside;
    };

    const deleted = getSoftDeleteRepository(dataSource, Author).softDelete({ name: "bob" });

    await expect(deleted).rejects.toThrow(ConnectionBusyError);
    expect((await deletions(manager)).flat()).not.toContain("bob");
    told = undefined;
    await new SoftDeleteManager(dataSource).softDelete(Author, { name: "bob" });
    expect((await deletions(manager)).flat()).toContain("bob");
  });
});
