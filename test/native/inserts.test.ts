import {
  EventSubscriber,
  type BeforeQueryEvent,
  type EntityManager,
  type EntitySubscriberInterface,
} from "typeorm";

import { SoftDeleteLog, SoftDeleteSubscriber, type SoftDeleteEvent } from "../../src";
import { describeEachDatabase, statementsOf } from "../harness";
import {
  Author,
  Book,
  Country,
  deletions,
  LIBRARY,
  openLibrary,
  Page,
  rows,
} from "../subscriber/library";

const AT = new Date("2024-02-03T04:05:06.789Z");

let told: ((event: SoftDeleteEvent) => unknown) | undefined;
let sending: ((event: BeforeQueryEvent) => unknown) | undefined;

@EventSubscriber()
class Told extends SoftDeleteSubscriber {
  override async afterSoftDelete(event: SoftDeleteEvent): Promise<void> {
    await told?.(event);
  }
}

@EventSubscriber()
class Sending implements EntitySubscriberInterface {
  async beforeQuery(event: BeforeQueryEvent): Promise<void> {
    await sending?.(event);
  }
}

const deleted = (name: string) => ({ name, deletedAt: AT });

const CALLS: Record<string, (manager: EntityManager) => Promise<unknown>> = {
  "insert()": (manager) => manager.insert(Author, [deleted("old"), deleted("older")]),
  "upsert()": async (manager) => {
    const { id } = await manager.findOneByOrFail(Author, { name: "ada" });
    const both = [
      { id, ...deleted("ada"), version: 1 },
      { id: id + 1000, ...deleted("new"), version: 1 },
    ];
    return manager.upsert(Author, both, ["id"]);
  },
  "save()": (manager) =>
    manager.save(
      manager.create(Author, {
        ...deleted("old"),
        books: [{ name: "songs", pages: [{ name: "songs 1" }] }],
      }),
    ),
};

describeEachDatabase("inserts of deleted rows", (database) => {
  const opened = openLibrary(database, [Told, Sending], [...LIBRARY, SoftDeleteLog]);
  beforeEach(async () => {
    await opened.dataSource.manager.deleteAll(SoftDeleteLog);
    await seed();
  });
  afterEach(() => {
    told = sending = undefined;
  });

  async function seed(): Promise<void> {
    const { manager } = opened.dataSource;
    const author = await manager.save(Author, { name: "ada" });
    await manager.save(Book, { name: "notes", author });
  }

  async function everything(): Promise<unknown> {
    return [await rows(opened.dataSource), await opened.dataSource.manager.count(SoftDeleteLog)];
  }

  for (const [name, call] of Object.entries(CALLS)) {
    it(`leave nothing of ${name}, whichever statement of it is refused`, async () => {
      const { dataSource } = opened;
      const { manager } = dataSource;
      const tidy = async (): Promise<void> => {
        sending = undefined;
        await manager.deleteAll(SoftDeleteLog);
        for (const entity of [Page, Book, Author]) await manager.deleteAll(entity);
        await seed();
      };
      const statements = await statementsOf(dataSource, () => call(manager));
      await tidy();
      const before = await everything();
      const refused = statements.filter((one) => /^(INSERT|SELECT|UPDATE)/.test(one));
      expect(refused.length).toBeGreaterThan(1);
      const plain = (query: string): string => query.replaceAll(/\d+/g, "0");
      for (const statement of new Set(refused.map(plain))) {
        sending = ({ query }) => {
          if (plain(query) === statement) throw new Error("refused");
        };
        await expect(call(manager)).rejects.toThrow("refused");
        sending = undefined;
        expect([statement, await everything()]).toEqual([statement, before]);
      }
      await call(manager);
      await tidy();
    });

    it(`leave nothing of ${name} when it is vetoed in a transaction that is committed`, async () => {
      const { dataSource } = opened;
      const before = await everything();
      told = () => Promise.reject(new Error("veto"));
      await dataSource.transaction(async (manager) => {
        await expect(call(manager)).rejects.toThrow("veto");
        await manager.insert(Country, { name: "beside it" });
      });
      expect(await everything()).toEqual(before);
      expect(await dataSource.manager.countBy(Country, {})).toBe(1);
    });

    if (name === "upsert()") continue;
    it(`leave nothing of ${name} when a statement fails behind its first, in a transaction that is committed`, async () => {
      const { dataSource } = opened;
      const before = await everything();
      await dataSource.transaction(async (manager) => {
        let inserted = false;
        sending = async ({ query, queryRunner }) => {
          if (/^INSERT INTO .author/.test(query)) inserted = true;
          else if (inserted && !/SAVEPOINT/.test(query)) {
            sending = undefined;
            await queryRunner.query("SELECT no_such_column FROM country");
          }
        };
        await expect(call(manager)).rejects.toThrow();
        sending = undefined;
        await manager.insert(Country, { name: "beside it" });
      });
      expect(await everything()).toEqual(before);
      expect(await dataSource.manager.countBy(Country, {})).toBe(1);
    });
  }

  it("take back no neighbour of the same turn, in one transaction", async () => {
    const { dataSource } = opened;
    told = async ({ manager, deletionId }) => {
      if (await manager.existsBy(Author, { deletionId, name: "vetoed" })) throw new Error("veto");
      const found = await manager.find(Author, { where: { deletionId }, withDeleted: true });
      if (found.some((author) => author.name === "vetoed")) throw new Error("veto");
    };
    const outcomes = await dataSource.transaction((manager) =>
      Promise.allSettled([
        manager.insert(Author, deleted("one")),
        manager.insert(Author, deleted("vetoed")),
        manager.insert(Author, deleted("two")),
        manager.insert(Country, { name: "plain" }),
      ]),
    );
    expect(outcomes.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
    expect(await deletions(dataSource)).toEqual([["one"], ["two"]]);
    expect(await dataSource.manager.count(SoftDeleteLog)).toBe(2);
    expect(await dataSource.manager.countBy(Country, {})).toBe(1);
  });

  it("cost nothing where there is no delete date", async () => {
    const { dataSource } = opened;
    const kinds = async (call: () => Promise<unknown>): Promise<string[]> =>
      (await statementsOf(dataSource, call)).map((text) => text.split(" ", 1)[0] ?? "");
    const reads = database.name === "postgres" ? [] : ["SELECT"];
    const insert = await kinds(() => dataSource.manager.insert(Author, { name: "plain" }));
    expect(insert).toEqual(["INSERT", ...reads]);
    const save = await kinds(() => dataSource.manager.save(Author, { name: "plain" }));
    expect(save.filter((kind) => kind === "SAVEPOINT")).toEqual([]);
    expect(save.filter((kind) => kind === "INSERT")).toEqual(["INSERT"]);
  });
});

describeEachDatabase("inserts of deleted rows of which nobody is told", (database) => {
  const opened = openLibrary(database);

  it("are one statement by themselves, and leave a transaction as it was", async () => {
    const { dataSource } = opened;
    const both = () => [deleted("old"), deleted("older")];
    const alone = await statementsOf(dataSource, () => dataSource.manager.insert(Author, both()));
    expect(alone.filter((text) => !text.startsWith("SELECT"))).toHaveLength(1);
    const within = await statementsOf(dataSource, () =>
      dataSource.transaction(async (manager) => {
        await manager.insert(Author, both());
        await manager.insert(Country, { name: "more" });
      }),
    );
    expect(within.filter((text) => /SAVEPOINT/.test(text))).toHaveLength(2);
    expect(await dataSource.manager.count(Author, { withDeleted: true })).toBe(4);
  });
});
