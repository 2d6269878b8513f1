import { setImmediate, setTimeout } from "node:timers/promises";

import {
  EventSubscriber,
  type DataSource,
  type EntitySubscriberInterface,
  type InsertEvent,
  type ObjectLiteral,
  type QueryRunner,
  type UpdateEvent,
} from "typeorm";

import { getSoftDeleteRepository, SoftDeleteManager, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase } from "../harness";
import { Cat, ENTITIES, Owner, Tag, Visit } from "./entities";

/** Holds back the statement that writes a cat named "late" until something has been done, after all other before-hooks have run. */
@EventSubscriber()
class Gate implements EntitySubscriberInterface<Cat> {
  static meanwhile: (() => Promise<unknown>) | undefined;

  listenTo(): typeof Cat {
    return Cat;
  }

  beforeInsert({ entity, queryRunner }: InsertEvent<Cat>): Promise<void> {
    return this.#hold(entity, queryRunner);
  }

  beforeUpdate({ entity, queryRunner }: UpdateEvent<Cat>): Promise<void> {
    return this.#hold(entity, queryRunner);
  }

  async #hold(entity: ObjectLiteral | undefined, queryRunner: QueryRunner): Promise<void> {
    const { meanwhile } = Gate;
    if (entity?.["name"] !== "late" || !meanwhile) return;
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

    it("leaves no row that was inserted outside a transaction below a deletion that had not ended", async () => {
      let outcome: Promise<void> | undefined;
      await deleter.transaction(async (manager) => {
        Gate.meanwhile = () => softDelete(manager);
        const inserting = writer.manager.insert(Cat, { name: "late", owner });
        outcome = expect(inserting).rejects.toMatchObject({ code: "PARENT_DELETED" });
        await untilBlocked();
      });
      await outcome;
      expect(await cats()).toEqual([]);
    });
  }

  describe("refuses what was written outside a transaction when a deletion came in between:", () => {
    const REFUSED = {
      code: "PARENT_DELETED",
      parents: [{ relation: "Cat.owner" }],
    };
    beforeEach(() => {
      Gate.meanwhile = softDelete.bind(undefined, undefined);
    });

    /** The only cat is a member of its owner's deletion, and comes back with it. */
    async function expectJoined(): Promise<void> {
      const [cat, ...others] = await cats();
      expect(others).toEqual([]);
      expect(cat!.deletionId).not.toBeNull();
      expect(cat!.deletionId).toBe(cat!.owner!.deletionId);
      expect(cat!.deletedAt).toEqual(cat!.owner!.deletedAt);
      await new SoftDeleteManager(writer).restoreDeletion(cat!.deletionId!);
      expect(await cats()).toMatchObject([{ deletedAt: null, owner: { deletedAt: null } }]);
    }

    it("an insert() leaves no row", async () => {
      await expect(writer.manager.insert(Cat, { name: "late", owner })).rejects.toMatchObject(
        REFUSED,
      );
      expect(await cats()).toEqual([]);
    });

    it("an insert() of several rows leaves none of them", async () => {
      const safe = await writer.manager.save(Owner, { name: "bob" });
      await expect(
        writer.manager.insert(Cat, [
          { name: "late", owner },
          { name: "tom", owner: safe },
          { name: "stray" },
        ]),
      ).rejects.toMatchObject(REFUSED);
      expect(await cats()).toEqual([]);
    });

    it("what another call has inserted at once stays", async () => {
      const safe = await writer.manager.save(Owner, { name: "bob" });
      await Promise.allSettled([
        writer.manager.insert(Cat, { name: "late", owner }),
        writer.manager.insert(Visit, { name: "other", owner: safe }),
        writer.manager.insert(Tag, { name: "free" }),
      ]);
      const found = await cats();
      // On SQLite's one connection the calls are not told apart: there the row joins the deletion.
      expect(found.every((cat) => cat.isDeleted)).toBe(true);
      if (database.name !== "better-sqlite3") expect(found).toEqual([]);
      expect(await writer.manager.countBy(Tag, { name: "free" })).toBe(1);
      await writer.manager.delete(Tag, { name: "free" });
      if (database.name !== "better-sqlite3")
        expect(await writer.manager.countBy(Visit, { name: "other" })).toBe(1);
      await writer.manager.delete(Visit, { name: "other" });
    });

    it("a row of an insert() joins the deletion where its key is not known", async () => {
      const inserting = writer
        .createQueryBuilder()
        .insert()
        .into(Cat)
        .values({ name: "late", owner })
        .updateEntity(false)
        .execute();
      await expect(inserting).rejects.toMatchObject(REFUSED);
      // The drivers without a type for UUIDs make one and tell it all the same.
      if ((await cats()).length > 0) await expectJoined();
    });

    it("a row that was there before an upsert joins the deletion", async () => {
      const { id } = await writer.manager.save(Cat, writer.manager.create(Cat, { name: "old" }));
      const upserting = writer
        .createQueryBuilder()
        .insert()
        .into(Cat)
        .values({ id, name: "late", owner })
        .orUpdate(["name", "ownerId"], ["id"])
        .execute();
      await expect(upserting).rejects.toMatchObject(REFUSED);
      await expectJoined();
    });

    it("a row that was there before an insert that ignores it is left alone", async () => {
      const { id } = await writer.manager.save(Cat, writer.manager.create(Cat, { name: "old" }));
      const inserting = writer.manager
        .createQueryBuilder()
        .insert()
        .into(Cat)
        .orIgnore()
        .values({ id, name: "late", owner });
      await expect(inserting.execute()).rejects.toMatchObject(REFUSED);
      // Nothing was inserted: the row of before is as it was.
      expect(await cats()).toMatchObject([{ id, name: "old", deletedAt: null, owner: null }]);
    });

    it("a row of an update() joins the deletion", async () => {
      const { id } = await writer.manager.save(Cat, writer.manager.create(Cat, { name: "old" }));
      await expect(writer.manager.update(Cat, id, { name: "late", owner })).rejects.toMatchObject(
        REFUSED,
      );
      await expectJoined();
    });
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
