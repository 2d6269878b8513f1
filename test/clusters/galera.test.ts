import { setTimeout } from "node:timers/promises";

import type { Connection, RowDataPacket } from "mysql2/promise";
import { Column, DataSource, Entity, EventSubscriber, type Logger } from "typeorm";

import {
  getSoftDeleteRepository,
  SoftDeleteLog,
  SoftDeleteManager,
  SoftDeleteSubscriber,
  type RestoreEvent,
  type SoftDeleteEvent,
} from "../../src";
import { House, Lease, Room } from "./entities";
import { galeraLacks, startGalera, type Galera } from "./galera";

const ROUNDS = 60;
const PATIENCE = 500;

/** Where the operations of two nodes wait for each other within their transactions: both have written, none has committed. */
class Meeting {
  static #arrived = new Set<DataSource>();
  static #meet: (() => void) | undefined;
  static #met = Promise.resolve();

  static next(): void {
    Meeting.#arrived = new Set();
    Meeting.#met = new Promise((resolve) => (Meeting.#meet = resolve));
  }

  static async arrive(node: DataSource): Promise<void> {
    Meeting.#arrived.add(node);
    if (Meeting.#arrived.size === 2) Meeting.#meet?.();
    // One that is refused never comes.
    await Promise.race([Meeting.#met, setTimeout(PATIENCE)]);
  }
}

@EventSubscriber()
class Waiting extends SoftDeleteSubscriber.with({ guardReferences: true }) {
  override afterSoftDelete({ manager }: SoftDeleteEvent): Promise<void> {
    return Meeting.arrive(manager.dataSource);
  }

  override afterRestore({ manager }: RestoreEvent): Promise<void> {
    return Meeting.arrive(manager.dataSource);
  }
}

/** A house of which the database moves a column by itself, whoever writes to the row. */
@Entity("house")
class StampedHouse extends House {
  @Column({ type: "datetime", precision: 6, nullable: true, onUpdate: "CURRENT_TIMESTAMP(6)" })
  touchedAt!: Date | null;
}

(galeraLacks ? describe.skip : describe)(
  `two nodes of Galera that both take writes${galeraLacks ? ` (skipped: ${galeraLacks})` : ""}`,
  () => {
    let galera: Galera;
    let one: DataSource;
    let two: DataSource;
    let whole: Connection;
    const failed: string[] = [];

    beforeAll(async () => {
      galera = await startGalera();
      whole = await galera.connect(galera.ports[0]);
      await whole.query("CREATE DATABASE houses CHARACTER SET utf8mb4");
      await whole.query("USE houses");
      const open = (port: number, synchronize: boolean): Promise<DataSource> =>
        new DataSource({
          type: "mariadb",
          host: "127.0.0.1",
          port,
          username: "root",
          database: "houses",
          timezone: "Z",
          entities: [House, StampedHouse, Room, Lease, SoftDeleteLog],
          subscribers: [Waiting],
          synchronize,
          logger: deadlockLogger(failed),
          logging: ["error"],
        }).initialize();
      one = await open(galera.ports[0], true);
      await applied();
      two = await open(galera.ports[1], false);
    });
    beforeEach(() => void (failed.length = 0));
    afterAll(async () => {
      await whole.end();
      await one.destroy();
      await two.destroy();
      await galera.stop();
    });

    /** Waits until the second node has what the first one has committed. */
    async function applied(): Promise<void> {
      const connection = await galera.connect(galera.ports[1]);
      await connection.query("SELECT COUNT(*) FROM information_schema.TABLES");
      await connection.end();
    }

    async function build(count = ROUNDS): Promise<House[]> {
      const houses = await one.manager.save(
        Array.from({ length: count }, (_, n) => one.manager.create(House, { name: String(n) })),
      );
      await applied();
      return houses;
    }

    /** Soft-deletes each house on the first node while something else is done on the second. Returns what has failed. */
    async function race(
      houses: readonly House[],
      other: (round: number) => Promise<unknown>,
    ): Promise<unknown[]> {
      const errors: unknown[] = [];
      for (const [round, { id }] of houses.entries()) {
        Meeting.next();
        const outcomes = await Promise.allSettled([
          getSoftDeleteRepository(one, House).softDelete(id),
          other(round),
        ]);
        for (const outcome of outcomes)
          if (outcome.status === "rejected") errors.push((outcome.reason as { code: string }).code);
      }
      return errors;
    }

    /** How many active rows hang below a deleted one. */
    async function orphans(table: "room" | "lease", parent = "house"): Promise<number> {
      const key = parent === "room" ? "withinId" : "houseId";
      const [rows] = await whole.query<RowDataPacket[]>(
        `SELECT COUNT(*) AS n FROM ${table} c JOIN ${parent} p ON p.id = c.${key} WHERE c.deletedAt IS NULL AND p.deletedAt IS NOT NULL`,
      );
      return Number(rows[0]?.["n"]);
    }

    /** A deleted room for each house, each of a deletion of its own. */
    async function deletedRooms(houses: readonly House[]): Promise<Room[]> {
      const rooms = await one.manager.save(
        houses.map((house) => one.manager.create(Room, { name: "room", house })),
      );
      for (const { id } of rooms) await getSoftDeleteRepository(one, Room).softDelete(id);
      await applied();
      return rooms;
    }

    const restores: [string, (room: Room) => Promise<unknown>][] = [
      ["restore(child)", ({ id }) => getSoftDeleteRepository(two, Room).restore(id)],
      [
        "restoreDeletion() of the child's",
        async ({ id }) => {
          const room = await two.manager.findOneOrFail(Room, { where: { id }, withDeleted: true });
          return new SoftDeleteManager(two).restoreDeletion(room.deletionId!);
        },
      ],
      ["TypeORM's own restore(child)", ({ id }) => two.getRepository(Room).restore(id)],
    ];
    for (const [name, restore] of restores) {
      it(`keep law 2 between softDelete(parent) and ${name}`, async () => {
        const houses = await build();
        const rooms = await deletedRooms(houses);
        const errors = await race(houses, (round) => restore(rooms[round]!));
        expect(await orphans("room")).toBe(0);
        expect(errors.filter((code) => code !== "PARENT_DELETED")).toEqual([]);
        // Both had written: certification has refused one of them, which was run again.
        expect(failed.length).toBeGreaterThanOrEqual(ROUNDS);
      });
    }

    it("keep law 2 within a tree", async () => {
      const [house] = await build(1);
      const rooms = await one.manager.save(
        Array.from({ length: ROUNDS }, () =>
          one.manager.create(Room, { name: "hall", house: house! }),
        ),
      );
      const corners = await one.manager.save(
        rooms.map((within) => one.manager.create(Room, { name: "corner", house: house!, within })),
      );
      await getSoftDeleteRepository(one, Room).softDelete({ name: "corner" });
      await applied();
      for (const [round, { id }] of rooms.entries()) {
        Meeting.next();
        await Promise.allSettled([
          getSoftDeleteRepository(one, Room).softDelete(id),
          getSoftDeleteRepository(two, Room).restore(corners[round]!.id),
        ]);
      }
      expect(await orphans("room", "room")).toBe(0);
      expect(failed.length).toBeGreaterThanOrEqual(ROUNDS);
    });

    it("keep law 2 between softDelete(parent) and restore(child) over RESTRICT", async () => {
      const houses = await build();
      const leases = await one.manager.save(
        houses.map((house) => one.manager.create(Lease, { house })),
      );
      await getSoftDeleteRepository(one, Lease).softDelete(leases.map(({ id }) => id));
      await applied();
      const errors = await race(houses, (round) =>
        getSoftDeleteRepository(two, Lease).restore(leases[round]!.id),
      );
      expect(await orphans("lease")).toBe(0);
      // Exactly one of the two has prevailed.
      expect(errors).toHaveLength(ROUNDS);
      const expected = new Set(["PARENT_DELETED", "SOFT_DELETE_RESTRICTED"]);
      expect(errors.filter((code) => !expected.has(String(code)))).toEqual([]);
    });

    it("keep law 2 between softDelete(parent) and a guarded insert in a transaction", async () => {
      const houses = await build();
      const errors = await race(houses, (round) =>
        two.transaction(async (manager) => {
          await manager.save(manager.create(Room, { name: "new", house: houses[round]! }));
          await Meeting.arrive(two);
        }),
      );
      expect(await orphans("room")).toBe(0);
      // TypeORM's transaction is the application's, and nobody runs it again.
      expect(errors.filter((code) => code !== "ER_LOCK_DEADLOCK")).toEqual([]);
      expect(failed.length).toBeGreaterThanOrEqual(ROUNDS);
    });

    it("keep law 2 between softDelete(parent) and a guarded insert outside a transaction", async () => {
      const houses = await build();
      const insert = two.createQueryBuilder().insert().into(Room);
      const errors = await race(houses, async (round) => {
        await Meeting.arrive(two);
        // MariaDB itself never answers an INSERT ... RETURNING in autocommit that another node's write has stopped.
        await insert
          .clone()
          .values({ house: houses[round]!, name: "new" })
          .updateEntity(false)
          .execute();
      });
      expect(await orphans("room")).toBe(0);
      const expected = new Set(["PARENT_DELETED", "ER_LOCK_DEADLOCK"]);
      expect(errors.filter((code) => !expected.has(String(code)))).toEqual([]);
    });

    it("purge the same rows at once, each of them once", async () => {
      const house = one.manager.create(House, { name: "purged" });
      await one.manager.save(house);
      const rows = Array.from({ length: 200 }, () =>
        one.manager.create(Room, { name: "purged", house }),
      );
      await one.manager.save(rows);
      await getSoftDeleteRepository(one, House).softDelete({ name: "purged" });
      await applied();
      const results = await Promise.all(
        [one, two].map((node) =>
          getSoftDeleteRepository(node, Room).purge({
            olderThan: "0s",
            where: { name: "purged" },
            batchSize: 20,
          }),
        ),
      );
      expect(results.flatMap(({ failures }) => failures)).toEqual([]);
      expect(results.reduce((sum, { total }) => sum + total, 0)).toBe(200);
    });

    it("leave the locked parent as it was", async () => {
      const houses = await one.manager.save(
        Array.from({ length: 3 }, () => one.manager.create(StampedHouse, { name: "kept" })),
      );
      const rooms = await deletedRooms(houses);
      const read = async (): Promise<RowDataPacket[]> =>
        (await whole.query<RowDataPacket[]>("SELECT * FROM house WHERE name = 'kept'"))[0];
      const before = await read();
      await getSoftDeleteRepository(one, Room).restore(rooms.map(({ id }) => id));
      await one.manager.save(one.manager.create(Lease, { house: houses[0]! }));
      expect(await read()).toEqual(before);
    });
  },
);

/** Notes the statements that failed by certification or by a lock. */
function deadlockLogger(failed: string[]): Logger {
  const nothing = (): void => undefined;
  return {
    logQueryError: (error, query) => {
      if ((error as { code?: string }).code === "ER_LOCK_DEADLOCK") failed.push(query);
    },
    logQuery: nothing,
    logQuerySlow: nothing,
    logSchemaBuild: nothing,
    logMigration: nothing,
    log: nothing,
  };
}
