import { DataSource, type Logger, type QueryRunner } from "typeorm";

import {
  deletionContext,
  getSoftDeleteRepository,
  SoftDeleteLog,
  SoftDeleteManager,
  SoftDeleteSubscriber,
} from "../../src";
import { House, Lease, Room } from "./entities";
import { standbyLacks, startReplicated, type Replicated } from "./standby";

const ENTITIES = [House, Room, Lease, SoftDeleteLog];

(standbyLacks ? describe.skip : describe)(
  `a PostgreSQL whose standby stays behind${standbyLacks ? ` (skipped: ${standbyLacks})` : ""}`,
  () => {
    let servers: Replicated;
    let dataSource: DataSource;
    let softDeletes: SoftDeleteManager;
    /** What was sent to the standby. */
    const stale: string[] = [];

    const open = (defaultMode: "master" | "slave"): Promise<DataSource> =>
      new DataSource({
        type: "postgres",
        replication: {
          defaultMode,
          master: { url: servers.primary },
          slaves: [{ url: servers.standby }],
        },
        entities: ENTITIES,
        subscribers: [
          SoftDeleteSubscriber.with({ guardReferences: true, writesToDeleted: "forbid" }),
        ],
        logger: standbyLogger(stale),
        logging: ["query"],
      }).initialize();

    beforeAll(async () => {
      servers = await startReplicated(async (url) => {
        const primary = new DataSource({
          type: "postgres",
          url,
          entities: ENTITIES,
          subscribers: [SoftDeleteSubscriber],
          synchronize: true,
        });
        await primary.initialize();
        const { manager } = primary;
        for (let id = 1; id <= 12; id++) {
          const house = await manager.save(manager.create(House, { name: `house ${String(id)}` }));
          await manager.save(manager.create(Room, { name: "hall", house }));
        }
        await primary.destroy();
      });
      dataSource = await open("slave");
      softDeletes = new SoftDeleteManager(dataSource);
    });
    beforeEach(() => void (stale.length = 0));
    afterAll(async () => {
      await dataSource.destroy();
      await servers.stop();
    });

    const houses = () => getSoftDeleteRepository(dataSource, House);
    const rooms = () => getSoftDeleteRepository(dataSource, Room);

    it("reads there what TypeORM reads there", async () => {
      const { deletionId } = await houses().softDelete(1);
      expect(stale).toEqual([]);
      expect(await houses().find({ where: { id: 1 } })).toHaveLength(1);
      expect(await houses().onlyDeleted().find()).toEqual([]);
      expect(await houses().onlyDeleted().count()).toBe(0);
      expect(stale).toHaveLength(3);
      await houses().restoreDeletion(deletionId!);
    });

    it("lists and counts deletions as the primary has them", async () => {
      const { deletionId } = await deletionContext.run({ actor: "ada" }, () =>
        houses().softDelete(2),
      );
      const filter = { actor: "ada" };
      expect(await softDeletes.countDeletions(filter)).toBe(1);
      expect(await softDeletes.deletions(filter)).toMatchObject([
        { deletionId, rootIds: [{ id: 2 }], left: { House: 1, Room: 1 }, state: "deleted" },
      ]);
      expect(await softDeletes.deletions({ deletionId: deletionId! })).toMatchObject([
        { actor: "ada", rootCount: 1 },
      ]);
      await softDeletes.restoreDeletion(deletionId!);
      expect(await softDeletes.deletions(filter)).toMatchObject([{ left: {}, state: "restored" }]);
      expect(await softDeletes.countDeletions({ ...filter, restored: false })).toBe(0);
      expect(stale).toEqual([]);
    });

    it("previews and checks what the primary has", async () => {
      const { deletionId } = await rooms().softDelete({ house: { id: 3 } });
      expect((await houses().previewSoftDelete(3)).counts).toEqual({ House: 1 });
      await dataSource.query(`UPDATE "house" SET "deletedAt" = now() WHERE "id" = 4`);
      const codes = (await softDeletes.check()).filter(({ severity }) => severity === "error");
      expect(codes).toMatchObject([{ entity: "House" }, { entity: "Room" }]);
      expect((await softDeletes.settle({ cascade: true })).counts).toEqual({ House: 1, Room: 1 });
      await houses().restore(4);
      await softDeletes.restoreDeletion(deletionId!);
      expect(stale).toEqual([]);
    });

    it("decides in each of the package's verbs by what the primary has", async () => {
      const house = await dataSource.manager.findOneByOrFail(House, { id: 5 });
      const others = await dataSource.manager.findBy(House, [{ id: 6 }, { id: 7 }]);
      stale.length = 0;
      await houses().softRemove(house);
      expect(house.isDeleted).toBe(true);
      await expect(rooms().restore({ house: { id: 5 } })).rejects.toMatchObject({
        code: "PARENT_DELETED",
      });
      await rooms().restore({ house: { id: 5 } }, { parents: "restore" });
      await houses().softDelete([5, 6]);
      await houses().recover(house);
      expect(house.isDeleted).toBe(false);
      expect((await houses().onlyDeleted().forceDelete([5, 6])).affected).toBe(1);
      await houses().forceRemove(others[1]!);
      await houses().softDelete({ name: "house 8", id: 8 });
      const { total } = await houses().purge({ olderThan: "0s", where: { id: 8 } });
      expect(total).toBe(2);
      expect(stale).toEqual([]);
    });

    it("decides in TypeORM's own calls by what the primary has", async () => {
      const { manager } = dataSource;
      const house = await manager.findOneByOrFail(House, { id: 9 });
      stale.length = 0;
      await manager.softDelete(House, 9);
      await expect(
        manager.save(manager.create(Room, { name: "new", house })),
      ).rejects.toMatchObject({ code: "PARENT_DELETED" });
      await expect(manager.insert(Room, { name: "new", house })).rejects.toMatchObject({
        code: "PARENT_DELETED",
      });
      await manager.restore(House, 9);
      await manager.softRemove(house);
      house.name = "renamed";
      await expect(manager.save(house)).rejects.toMatchObject({ code: "DELETED_ENTITY_WRITE" });
      await manager.recover(house);
      await manager.update(House, { id: 9 }, { deletedAt: new Date() });
      await manager.restore(House, { id: 9 });
      expect(stale).toEqual([]);
      expect(await dataSource.query(`SELECT 1 FROM "room" WHERE "deletedAt" IS NOT NULL`)).toEqual(
        [],
      );
    });

    it("reads scopes on the primary over a query runner for it", async () => {
      const { deletionId } = await houses().softDelete(10);
      const runner = dataSource.createQueryRunner("master");
      try {
        const trash = getSoftDeleteRepository(runner.manager, House).onlyDeleted();
        expect(await trash.find()).toMatchObject([{ id: 10 }]);
        expect(await trash.count()).toBe(1);
        expect(await trash.maximum("id")).toBe(10);
        expect(await trash.createQueryBuilder("house").getCount()).toBe(1);
        const below = getSoftDeleteRepository(runner.manager, Room).onlyDeleted({
          relations: { house: true },
        });
        expect(await below.find()).toMatchObject([{ house: { id: 10 } }]);
      } finally {
        await runner.release();
      }
      expect(stale).toEqual([]);
      await houses().restoreDeletion(deletionId!);
    });

    it("reads scopes on the primary where that is the default", async () => {
      const fresh = await open("master");
      const trash = getSoftDeleteRepository(fresh, House);
      const { deletionId } = await trash.softDelete(11);
      expect(await trash.onlyDeleted().find()).toMatchObject([{ id: 11 }]);
      await trash.restoreDeletion(deletionId!);
      expect(stale).toEqual([]);
      await fresh.destroy();
    });

    it("lists deletions as the standby has them over a query runner for that", async () => {
      const { deletionId } = await houses().softDelete(12);
      const runner = dataSource.createQueryRunner("slave");
      try {
        const manager = new SoftDeleteManager(runner.manager);
        expect(await manager.deletions({ deletionId: deletionId! })).toEqual([]);
        expect(await manager.countDeletions({ deletionId: deletionId! })).toBe(0);
      } finally {
        await runner.release();
      }
      await houses().restoreDeletion(deletionId!);
    });
  },
);

/** Notes what is sent to a standby. */
function standbyLogger(stale: string[]): Logger {
  const nothing = (): void => undefined;
  return {
    logQuery: (query, _, runner?: QueryRunner) => {
      if (runner?.getReplicationMode() === "slave") stale.push(query);
    },
    logQueryError: nothing,
    logQuerySlow: nothing,
    logSchemaBuild: nothing,
    logMigration: nothing,
    log: nothing,
  };
}
