import {
  EventSubscriber,
  type BeforeQueryEvent,
  type DataSource,
  type EntityManager,
  type EntitySubscriberInterface,
} from "typeorm";

import {
  BrokenTransactionError,
  getSoftDeleteRepository,
  SoftDeleteRestrictedError,
  SoftDeleteSubscriber,
  type RestoreEvent,
  type SoftDeleteEvent,
} from "../../src";
import { describeEachDatabase } from "../harness";
import {
  ADAS,
  Author,
  Book,
  Country,
  deletions,
  fill,
  Loan,
  openLibrary,
  rows,
} from "../subscriber/library";

type Listener = (event: SoftDeleteEvent | RestoreEvent) => Promise<unknown>;

let told: Listener | undefined;
let failing: "actor" | "clock" | undefined;
let refusing: ((query: string) => Promise<void> | void) | undefined;

@EventSubscriber()
class Told extends SoftDeleteSubscriber.with({
  actor: () => {
    if (failing === "actor") throw new Error("no actor");
    return "somebody";
  },
  clock: () => {
    if (failing === "clock") throw new Error("no clock");
    return new Date();
  },
}) {
  override async afterSoftDelete(event: SoftDeleteEvent): Promise<void> {
    await told?.(event);
  }
  override async afterRestore(event: RestoreEvent): Promise<void> {
    await told?.(event);
  }
}

@EventSubscriber()
class Refusing implements EntitySubscriberInterface {
  beforeQuery({ query }: BeforeQueryEvent): Promise<void> | void {
    return refusing?.(query);
  }
}

const CALLS: Record<string, (manager: EntityManager) => Promise<unknown>> = {
  "softDelete()": (manager) => manager.softDelete(Author, { name: "bob" }),
  "update() of the date": (manager) =>
    manager.update(Author, { name: "bob" }, { deletedAt: new Date() }),
  "softRemove()": async (manager) =>
    manager.softRemove(await manager.findOneByOrFail(Author, { name: "bob" })),
  "save() with a date": async (manager) =>
    manager.save(
      Object.assign(await manager.findOneByOrFail(Author, { name: "bob" }), {
        deletedAt: new Date(),
      }),
    ),
  "restore()": (manager) => manager.restore(Author, { name: "ada" }),
  "recover()": async (manager) =>
    manager.recover(
      await manager.findOneOrFail(Author, { where: { name: "ada" }, withDeleted: true }),
    ),
  "an upsert": (manager) =>
    manager
      .findOneByOrFail(Author, { name: "bob" })
      .then(({ id }) => manager.upsert(Author, { id, name: "bob", deletedAt: new Date() }, ["id"])),
};

describeEachDatabase("failures in TypeORM's own calls", (database) => {
  const opened = openLibrary(database, [Told, Refusing]);
  const server = database.name !== "better-sqlite3";
  beforeEach(async () => {
    const { dataSource } = opened;
    await fill(dataSource);
    await dataSource.manager.softDelete(Author, { name: "ada" });
  });
  afterEach(() => {
    told = failing = refusing = undefined;
  });

  /** By what PostgreSQL tells of other connections. */
  async function openTransactions(dataSource: DataSource): Promise<number> {
    if (database.name !== "postgres") return 0;
    // Other tests share the server: of a transaction that has touched these tables the locks are left.
    const open = await dataSource.query<unknown[]>(
      `SELECT 1 FROM pg_locks JOIN pg_class c ON c.oid = relation
 WHERE c.oid = 'author'::regclass AND pid <> pg_backend_pid()`,
    );
    return open.length;
  }

  /** The connection works, and none has been left in a transaction. */
  async function goesOn(dataSource: DataSource): Promise<void> {
    const names = Array.from({ length: 12 }, (_, index) => ({ name: String(index) }));
    await Promise.all(names.map((country) => dataSource.manager.insert(Country, country)));
    expect(await dataSource.manager.countBy(Country, {})).toBe(names.length);
    for (let left = 50; left > 0 && (await openTransactions(dataSource)) > 0; left--) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await openTransactions(dataSource)).toBe(0);
    await dataSource.manager.restore(Author, { name: "ada" });
    expect(await deletions(dataSource)).toEqual([]);
  }

  for (const [name, call] of Object.entries(CALLS)) {
    it.each(["actor", "clock"] as const)(
      `leave nothing of ${name} when the %s fails, alone and in a transaction that is committed`,
      async (what) => {
        const { dataSource } = opened;
        const { manager } = dataSource;
        const before = await rows(dataSource);
        // With a date of the caller's own nobody asks for the time.
        if (what === "clock" && /upsert|update/.test(name)) return;
        failing = what;
        await expect(call(manager)).rejects.toThrow(`no ${what}`);
        expect(await rows(dataSource)).toEqual(before);
        await dataSource.transaction((inner) => expect(call(inner)).rejects.toThrow(`no ${what}`));
        expect(await rows(dataSource)).toEqual(before);
        failing = undefined;
        await goesOn(dataSource);
      },
    );

    if (!server) continue;
    it(`leave nothing of ${name} when the connection dies behind its statement`, async () => {
      const { dataSource } = opened;
      const before = await rows(dataSource);
      told = async ({ manager }) => {
        if (database.name === "postgres")
          await manager.query("SELECT pg_terminate_backend(pg_backend_pid())");
        else {
          const [row] = await manager.query<{ id: number }[]>("SELECT CONNECTION_ID() AS id");
          await manager.query(`KILL ${String(row?.id)}`);
        }
      };
      await expect(call(dataSource.manager)).rejects.toThrow();
      await expect(dataSource.transaction((inner) => call(inner))).rejects.toThrow();
      // He who catches the error cannot go on as if nothing had happened.
      await expect(
        dataSource.transaction(async (inner) => {
          await call(inner).catch(() => undefined);
          await inner.insert(Country, { name: "lost" });
        }),
      ).rejects.toThrow();
      told = undefined;

      expect(await rows(dataSource)).toEqual(before);
      await goesOn(dataSource);
    });
  }

  it.each(["at once", "late"])(
    "leave nothing open when another subscriber refuses the statement %s",
    async (when) => {
      const { dataSource } = opened;
      refusing = async (query) => {
        if (!/^UPDATE .author. SET .deletedAt. = CURRENT/.test(query)) return;
        if (when === "late") await new Promise((resolve) => setTimeout(resolve, 1));
        throw new Error("refused");
      };
      const before = await rows(dataSource);
      await expect(CALLS["softDelete()"]?.(dataSource.manager)).rejects.toThrow("refused");
      refusing = undefined;
      expect(await rows(dataSource)).toEqual(before);
      await goesOn(dataSource);
    },
  );

  it("are taken back where the caller wants no transaction", async () => {
    const { dataSource } = opened;
    const { manager } = dataSource;
    const author = await manager.findOneByOrFail(Author, { name: "bob" });
    await manager.save(manager.create(Loan, { name: "loan", author }));
    const before = await rows(dataSource);

    await expect(manager.softRemove(author, { transaction: false })).rejects.toThrow(
      SoftDeleteRestrictedError,
    );

    expect(await rows(dataSource)).toEqual(before);
    expect(author.deletedAt).toBeNull();
  });

  it("take back what they had written when a later statement of theirs fails", async () => {
    const { dataSource } = opened;
    const { manager } = dataSource;
    await manager.save(manager.create(Author, { name: "carol", books: [{ name: "songs" }] }));
    const before = await rows(dataSource);
    for (const name of ["softRemove", "save"] as const) {
      const authors = await manager.find(Author, { order: { id: "ASC" } });
      let sent = 0;
      const end = dataSource.transaction(async (inner) => {
        refusing = (query) => {
          if (!/^UPDATE .author. SET/.test(query) || ++sent < 2) return;
          refusing = undefined;
          // What the database refuses, as it would for want of a lock.
          return inner.query("SELECT no_such_column FROM country").then(() => undefined);
        };
        const call =
          name === "save"
            ? inner.save(authors.map((author) => Object.assign(author, { deletedAt: new Date() })))
            : inner.softRemove(authors);
        await expect(call).rejects.toThrow();
        refusing = undefined;
        await inner.insert(Country, { name });
      });
      // On PostgreSQL a transaction ends with its first error.
      if (database.name === "postgres") await expect(end).rejects.toThrow();
      else await end;
      expect(await rows(dataSource)).toEqual(before);
    }
  });

  it("leave the outer transaction usable when a nested one is rolled back to its savepoint", async () => {
    const { dataSource } = opened;
    const before = await rows(dataSource);
    for (const round of ["statement", "refusal"] as const) {
      await dataSource.transaction(async (outer) => {
        await outer.insert(Country, { name: round });
        const nested = outer.transaction(async (inner) => {
          const authors = await inner.find(Author, { order: { id: "ASC" } });
          if (round === "refusal") told = () => Promise.reject(new Error("veto"));
          else
            refusing = (query) => {
              if (!/^UPDATE .author. SET/.test(query)) return;
              refusing = undefined;
              return inner.query("SELECT no_such_column FROM country").then(() => undefined);
            };
          await inner.softRemove(authors);
        });
        await expect(nested).rejects.toThrow();
        told = refusing = undefined;
        await outer.insert(Country, { name: `${round} goes on` });
      });
    }
    expect(await rows(dataSource)).toEqual(before);
    expect(await dataSource.manager.countBy(Country, {})).toBe(4);
  });

  it("leave a query runner as it is, on which a transaction begins meanwhile", async () => {
    const { dataSource } = opened;
    const runner = dataSource.createQueryRunner();
    const deleted = runner.manager.softDelete(Author, { name: "bob" });
    await runner.startTransaction();
    await runner.manager.insert(Country, { name: "one" });
    await runner.commitTransaction();
    // On one connection it has waited for that.
    await deleted;
    expect(runner.isTransactionActive).toBe(false);
    await runner.release();

    expect(await dataSource.manager.countBy(Country, { name: "one" })).toBe(1);
    expect((await deletions(dataSource)).flat()).toEqual(
      expect.arrayContaining(["bob", "ropes 1"]),
    );
    await dataSource.manager.restore(Author, { name: "bob" });
    await dataSource.manager.deleteAll(Country);
    await goesOn(dataSource);
  });

  it("go on where SQLite has rolled a transaction back by itself", async () => {
    if (server) return;
    const { dataSource } = opened;
    const before = await rows(dataSource);
    const [{ page_count: pages }] =
      await dataSource.query<[{ page_count: number }]>("PRAGMA page_count");
    // A full disk.
    await dataSource.query(`PRAGMA max_page_count = ${String(pages)}`);
    told = async ({ manager }) => {
      await manager.query("CREATE TABLE filler AS SELECT zeroblob(2000000) AS zeros");
    };
    for (let round = 0; round < 2; round++) {
      const nested = dataSource.transaction((outer) =>
        outer.transaction((inner) => inner.softDelete(Author, { name: "bob" })),
      );
      await expect(nested).rejects.toThrow();
      const plain = dataSource.transaction((inner) => inner.softDelete(Author, { name: "bob" }));
      await expect(plain).rejects.toThrow();
    }
    told = undefined;
    await dataSource.query("PRAGMA max_page_count = 1000000");

    expect(await rows(dataSource)).toEqual(before);
    await goesOn(dataSource);
  });

  it("end the caller's transaction where they cannot be taken back in it", async () => {
    const { dataSource } = opened;
    told = () => Promise.reject(new Error("veto"));
    const end = dataSource.transaction(async (inner) => {
      await inner.insert(Country, { name: "with it" });
      refusing = (query) => {
        if (query.startsWith("ROLLBACK TO")) throw new Error("cannot go back");
      };
      await expect(
        getSoftDeleteRepository(inner, Book).softDelete({ name: "ropes" }),
      ).rejects.toThrow(BrokenTransactionError);
      await expect(inner.insert(Country, { name: "more" })).rejects.toThrow(BrokenTransactionError);
    });
    await expect(end).rejects.toThrow(BrokenTransactionError);
    told = refusing = undefined;

    expect(await dataSource.manager.countBy(Country, {})).toBe(0);
    expect(await deletions(dataSource)).toEqual([ADAS]);
    await goesOn(dataSource);
  });
});
