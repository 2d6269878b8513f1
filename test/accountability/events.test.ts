import { EventSubscriber, type DataSource } from "typeorm";

import {
  getSoftDeleteRepository,
  SoftDeleteSubscriber,
  type PrimaryKey,
  type PurgeEvent,
  type RestoreEvent,
  type SoftDeleteEvent,
} from "../../src";
import { describeEachDatabase, later } from "../harness";
import { Account, Booking } from "./ledger";

type Told = { name: string; keys: Record<string, PrimaryKey[]> } & Record<string, unknown>;

const told: Told[] = [];
const committed: string[] = [];
let veto = false;

async function note(
  name: string,
  event: SoftDeleteEvent | RestoreEvent | PurgeEvent,
): Promise<void> {
  const keys: Record<string, PrimaryKey[]> = {};
  for (const entity of [Account, Booking]) {
    for await (const batch of event.primaryKeys(entity)) (keys[entity.name] ??= []).push(...batch);
  }
  const { entity, affected, counts, total, actor, reason } = event;
  told.push({ name, keys, entity, affected, counts, total, actor, reason });
  event.afterCommit(() => {
    committed.push(name);
  });
  if (veto) throw new Error("vetoed");
}

@EventSubscriber()
class Listening extends SoftDeleteSubscriber {
  override afterSoftDelete(event: SoftDeleteEvent): Promise<void> {
    return note("soft-delete", event);
  }
  override afterRestore(event: RestoreEvent): Promise<void> {
    return note("restore", event);
  }
  override afterPurge(event: PurgeEvent): Promise<void> {
    return note(event.action, event);
  }
}

describeEachDatabase("events", (database) => {
  const open = (): Promise<DataSource> =>
    database.open([Account, Booking], { subscribers: [Listening] });

  beforeEach(() => {
    told.length = 0;
    committed.length = 0;
    veto = false;
  });

  async function seed(
    ds: DataSource,
  ): Promise<{ account: Account; keys: Record<string, PrimaryKey[]> }> {
    const account = await ds.manager.save(Account, { name: "a" });
    const bookings = await ds.manager.save(Booking, [{ account }, { account }]);
    return {
      account,
      keys: { Account: [{ id: account.id }], Booking: bookings.map(({ id }) => ({ id })) },
    };
  }

  it("tell once of each operation, with the keys of every row taken", async () => {
    const ds = await open();
    const { account, keys } = await seed(ds);
    const accounts = getSoftDeleteRepository(ds, Account);
    await accounts.softDelete(account.id, { actor: "ada", reason: "r" });
    await accounts.restore(account.id);
    await accounts.forceDelete(account.id);
    const common = {
      entity: "Account",
      affected: 1,
      counts: { Account: 1, Booking: 2 },
      total: 3,
      keys,
    };
    expect(told).toMatchObject([
      { name: "soft-delete", ...common, actor: "ada", reason: "r" },
      { name: "restore", ...common },
      { name: "force-delete", ...common },
    ]);
    expect(committed).toEqual(["soft-delete", "restore", "force-delete"]);
  });

  it("tell of TypeORM's own calls, once for each call", async () => {
    const ds = await open();
    const { account, keys } = await seed(ds);
    await ds.manager.softDelete(Account, account.id);
    await ds.manager.restore(Account, account.id);
    const whole = await ds.manager.findOneOrFail(Account, {
      where: { id: account.id },
      relations: { bookings: true },
    });
    await ds.manager.softRemove(whole);
    expect(told).toMatchObject([
      { name: "soft-delete", keys },
      { name: "restore", keys },
      { name: "soft-delete", keys },
    ]);
  });

  it("tell of each batch of a purge, and end it by throwing", async () => {
    const ds = await open();
    const { account, keys } = await seed(ds);
    const accounts = getSoftDeleteRepository(ds, Account);
    await accounts.softDelete(account.id);
    told.length = 0;
    veto = true;
    const olderThan = await later();
    await expect(accounts.purge({ olderThan })).rejects.toThrow("vetoed");
    expect(await accounts.onlyDeleted().count()).toBe(1);
    veto = false;
    told.length = 0;
    await accounts.purge({ olderThan, actor: "janitor" });
    expect(told).toMatchObject([
      {
        name: "purge",
        entity: "Booking",
        counts: { Booking: 2 },
        keys: { Booking: keys["Booking"] },
        actor: "janitor",
      },
      {
        name: "purge",
        entity: "Account",
        counts: { Account: 1 },
        keys: { Account: keys["Account"] },
      },
    ]);
  });

  it("do not tell of what affected nothing", async () => {
    const ds = await open();
    const { account } = await seed(ds);
    await getSoftDeleteRepository(ds, Account).softDelete(account.id + 1);
    await getSoftDeleteRepository(ds, Account).restore(account.id);
    expect(told).toEqual([]);
  });

  it("veto an operation by throwing: nothing is written, natively neither", async () => {
    const ds = await open();
    const { account } = await seed(ds);
    veto = true;
    const accounts = getSoftDeleteRepository(ds, Account);
    await expect(accounts.softDelete(account.id)).rejects.toThrow("vetoed");
    await expect(ds.manager.softDelete(Account, account.id)).rejects.toThrow("vetoed");
    await expect(ds.manager.softRemove(Account, account)).rejects.toThrow("vetoed");
    await expect(accounts.forceDelete(account.id)).rejects.toThrow("vetoed");
    expect(await accounts.count()).toBe(1);
    expect(await ds.manager.count(Booking)).toBe(2);
    expect(committed).toEqual([]);
  });

  it("call back after the caller's own transaction has committed, and not when it rolls back", async () => {
    const ds = await open();
    const { account } = await seed(ds);
    const accounts = getSoftDeleteRepository(ds, Account);
    await expect(
      ds.transaction(async (manager) => {
        await manager.withRepository(accounts).softDelete(account.id);
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(committed).toEqual([]);
    await ds.transaction(async (manager) => {
      await manager.withRepository(accounts).softDelete(account.id);
      expect(committed).toEqual([]);
    });
    expect(committed).toEqual(["soft-delete"]);
  });

  it("tell inside the transaction: their manager sees the deletion, others do not yet", async () => {
    const ds = await open();
    const { account } = await seed(ds);
    const seen: number[] = [];
    const subscriber = ds.subscribers.find((candidate) => candidate instanceof Listening);
    subscriber!.afterSoftDelete = async (event): Promise<void> => {
      seen.push(await event.manager.count(Account));
      if (database.name !== "better-sqlite3") seen.push(await ds.manager.count(Account));
    };
    await getSoftDeleteRepository(ds, Account).softDelete(account.id);
    expect(seen).toEqual(database.name === "better-sqlite3" ? [0] : [0, 1]);
  });

  for (const place of ["autocommit", "the caller's transaction"]) {
    it(`take no callback once the operation has ended, in ${place}`, async () => {
      const ds = await open();
      const { account } = await seed(ds);
      const kept: SoftDeleteEvent[] = [];
      const subscriber = ds.subscribers.find((candidate) => candidate instanceof Listening);
      subscriber!.afterSoftDelete = (event) => {
        kept.push(event);
        return Promise.resolve();
      };
      const late = () => {
        kept[0]!.afterCommit(() => {
          committed.push("late");
        });
      };
      const refused = "event.afterCommit() was called after the operation had ended.";

      await ds.transaction(async (manager) => {
        await (place === "autocommit" ? ds.manager : manager).softDelete(Account, account.id);
        expect(late).toThrow(refused);
      });

      expect(late).toThrow(refused);
      expect(committed).toEqual([]);
    });
  }

  it("report a callback that throws as an error, and call the others", async () => {
    const ds = await open();
    const { account } = await seed(ds);
    const subscriber = ds.subscribers.find((candidate) => candidate instanceof Listening);
    subscriber!.afterSoftDelete = (event) => {
      event.afterCommit(() => Promise.reject(new Error("no mail")));
      event.afterCommit(() => {
        committed.push("second");
      });
      return Promise.resolve();
    };
    const reported: string[] = [];
    ds.logger = Object.assign(Object.create(ds.logger) as typeof ds.logger, {
      logQueryError: (error: Error | string, where: string) => {
        reported.push(`${where} ${String(error)}`);
      },
    });

    await getSoftDeleteRepository(ds, Account).softDelete(account.id);

    expect(committed).toEqual(["second"]);
    expect(reported).toEqual(["event.afterCommit() Error: no mail"]);
  });
});
