import { setImmediate, setTimeout } from "node:timers/promises";

import {
  EventSubscriber,
  type DataSource,
  type EntitySubscriberInterface,
  type InsertEvent,
} from "typeorm";

import { getSoftDeleteRepository, SoftDeleteManager, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase } from "../harness";
import { Cat, ENTITIES, Owner } from "./entities";

/** Holds back the INSERT of a cat named "late" until something has been done, after all other before-hooks have run. */
@EventSubscriber()
class Gate implements EntitySubscriberInterface<Cat> {
  static meanwhile: (() => Promise<unknown>) | undefined;

  listenTo(): typeof Cat {
    return Cat;
  }

  async beforeInsert({ entity, queryRunner }: InsertEvent<Cat>): Promise<void> {
    const { meanwhile } = Gate;
    if (entity.name !== "late" || !meanwhile) return;
    Gate.meanwhile = undefined;
    await setImmediate();
    // Behind what the other hooks have sent on this connection.
    await queryRunner.query("SELECT 1");
    await meanwhile();
  }
}

const OPTIONS = { subscribers: [SoftDeleteSubscriber.with({ guardReferences: true }), Gate] };

describeEachDatabase("guardReferences, while the parent is being deleted,", (database) => {
  let writer: DataSource;
  let deleter: DataSource;
  let owner: Owner;

  beforeAll(async () => {
    writer = await database.open(ENTITIES, OPTIONS);
    // As another process would be. SQLite has one connection for all.
    deleter =
      database.name === "better-sqlite3" ? writer : await database.connect(ENTITIES, OPTIONS);
  });
  beforeEach(async () => {
    await writer.createQueryBuilder().delete().from(Cat).execute();
    owner = await writer.manager.save(Owner, { name: "ada" });
  });

  const cats = (): Promise<Cat[]> =>
    writer.manager.find(Cat, { relations: { owner: true }, withDeleted: true });
  const softDelete = (manager = deleter.manager): Promise<{ deletionId: string | null }> =>
    getSoftDeleteRepository(manager, Owner).softDelete(owner.id);

  /** Waits until a connection to the database waits for a lock. */
  async function untilBlocked(): Promise<void> {
    const query =
      database.name === "postgres"
        ? `SELECT 1 FROM pg_locks w JOIN pg_locks h ON h.pid = w.pid WHERE NOT w.granted AND h.relation = 'owner'::regclass`
        : `SELECT 1 FROM information_schema.INNODB_TRX t JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id WHERE t.trx_state = 'LOCK WAIT' AND p.DB = DATABASE()`;
    for (let count = 0; count < 30; count++) {
      // MariaDB looks anew only when nobody has asked for a tenth of a second.
      await setTimeout(database.name === "mysql" ? 150 : 50);
      const waiting: unknown[] = await deleter.query(query);
      if (waiting.length > 0) return;
    }
    throw new Error("Nothing waits for a lock.");
  }

  if (database.name !== "better-sqlite3") {
    it("makes a deletion wait for a save(), and take its row", async () => {
      const deletion = await writer.transaction(async (manager) => {
        await manager.save(Cat, { name: "tom", owner });
        const deleting = softDelete();
        await untilBlocked();
        return { deleting };
      });
      const { deletionId } = await deletion.deleting;
      expect(deletionId).not.toBeNull();
      expect(await cats()).toMatchObject([{ deletionId, owner: { deletionId } }]);
    });

    const writes: [string, (other: Cat) => Promise<unknown>][] = [
      ["save()", () => writer.manager.save(Cat, { name: "tom", owner })],
      ["insert()", () => writer.manager.insert(Cat, { name: "tom", owner })],
      ["save() of another row", ({ id }) => writer.manager.save(Cat, { id, owner })],
      ["update()", ({ id }) => writer.manager.update(Cat, id, { owner })],
    ];
    for (const [name, write] of writes) {
      it(`makes ${name} wait for a deletion, and refuses it`, async () => {
        const other = await writer.manager.save(Cat, writer.manager.create(Cat, { name: "other" }));
        const { refused } = await deleter.transaction(async (manager) => {
          await softDelete(manager);
          const outcome = expect(write(other)).rejects.toMatchObject({ code: "PARENT_DELETED" });
          await untilBlocked();
          return { refused: outcome };
        });
        await refused;
        expect(await cats()).toMatchObject([{ name: "other", owner: null, deletedAt: null }]);
      });
    }

    it("makes save() wait for a deletion, and lets it pass when that is rolled back", async () => {
      let saving: Promise<unknown> | undefined;
      const failing = deleter.transaction(async (manager) => {
        await softDelete(manager);
        saving = writer.manager.save(Cat, { name: "tom", owner });
        await untilBlocked();
        throw new Error("changed my mind");
      });
      await expect(failing).rejects.toThrow("changed my mind");
      await saving;
      expect(await cats()).toMatchObject([{ deletedAt: null, owner: { deletedAt: null } }]);
    });

    it("lets a row that was inserted outside a transaction join a deletion that had not ended", async () => {
      let outcome: Promise<void> | undefined;
      await deleter.transaction(async (manager) => {
        Gate.meanwhile = () => softDelete(manager);
        const inserting = writer.manager.insert(Cat, { name: "late", owner });
        outcome = expect(inserting).rejects.toMatchObject({ code: "PARENT_DELETED" });
        await untilBlocked();
      });
      await outcome;
      const [cat] = await cats();
      expect(cat!.deletionId).not.toBeNull();
      expect(cat!.deletionId).toBe(cat!.owner!.deletionId);
    });
  }

  it("lets a row that was inserted outside a transaction join a deletion that came in between", async () => {
    Gate.meanwhile = softDelete.bind(undefined, undefined);
    const inserting = writer.manager.insert(Cat, { name: "late", owner });
    await expect(inserting).rejects.toMatchObject({
      code: "PARENT_DELETED",
      parents: [{ relation: "Cat.owner", id: { id: owner.id } }],
    });
    const [cat] = await cats();
    expect(cat!.deletionId).not.toBeNull();
    expect(cat!.deletionId).toBe(cat!.owner!.deletionId);
    expect(cat!.deletedAt).toEqual(cat!.owner!.deletedAt);

    await new SoftDeleteManager(writer).restoreDeletion(cat!.deletionId!);
    expect(await cats()).toMatchObject([{ deletedAt: null, owner: { deletedAt: null } }]);
  });

  it("holds under 40 parallel inserts and deletions", async () => {
    const owners = await writer.manager.save(
      Owner,
      Array.from({ length: 8 }, () => ({ name: "many" })),
    );
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, (_, n) => {
        const parent = owners[n % 8]!;
        if (n >= 16 && n < 24) return getSoftDeleteRepository(deleter, Owner).softDelete(parent.id);
        return again<unknown>(() =>
          n % 3 === 0 && database.name !== "better-sqlite3"
            ? writer.manager.save(Cat, { name: "x", owner: parent })
            : writer.manager.insert(Cat, { name: "x", owner: parent }),
        );
      }),
    );
    const codes = outcomes.flatMap((outcome) =>
      outcome.status === "rejected" ? [(outcome.reason as { code?: string }).code] : [],
    );
    expect(codes.filter((code) => code !== "PARENT_DELETED")).toEqual([]);
    const all = await cats();
    expect(all.filter((cat) => !cat.isDeleted)).toEqual([]);
    expect(all.every((cat) => cat.deletionId === cat.owner!.deletionId)).toBe(true);
  });
});

/** MySQL may choose a writer of TypeORM's own as the victim of a deadlock; whoever writes to it tries again. */
async function again<Result>(write: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if ((error as { code?: string }).code !== "ER_LOCK_DEADLOCK") throw error;
    }
  }
}
