/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- TypeORM takes the options of an EntitySchema as a literal */
import { Column, Entity, EntitySchema, In, PrimaryGeneratedColumn, type DataSource } from "typeorm";

import {
  deletionContext,
  getSoftDeleteRepository,
  softDeleteSchema,
  softDeleteSchemaColumns,
  SoftDeleteSubscriber,
  withSoftDelete,
} from "../../src";
import { describeEachDriver } from "../harness";

@Entity("account")
class Account extends withSoftDelete(undefined, {
  deletedBy: true,
  deleteReason: true,
  deletedFlag: true,
}) {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ unique: true }) name!: string;
  @Column({ default: 0 }) visits!: number;
}

/** A slim model of the same table, which does not say what its columns are. */
const Slim = new EntitySchema<{ id: number; deletionId: string | null }>({
  name: "Slim",
  tableName: "account",
  synchronize: false,
  columns: {
    id: { type: Number, primary: true, generated: true },
    deletionId: { type: "uuid", nullable: true },
  },
});

interface NoteRow {
  id: number;
  name: string;
  deletedAt: Date | null;
  deletionId: string | null;
}

const Note = softDeleteSchema(
  new EntitySchema<NoteRow>({
    name: "Note",
    columns: {
      id: { type: Number, primary: true, generated: true },
      name: { type: String },
      ...softDeleteSchemaColumns,
      deletionId: { name: "taken_by", type: "uuid", nullable: true },
    },
  }),
);

const AT = new Date("2024-02-03T04:05:06.789Z");

describeEachDriver("the package's own columns", (database) => {
  let dataSource: DataSource;
  beforeAll(async () => {
    dataSource = await database.open([Account, Slim, Note], {
      subscribers: [SoftDeleteSubscriber],
    });
  });
  beforeEach(async () => {
    await dataSource.manager.deleteAll(Account);
    await dataSource.manager.deleteAll(Note);
  });

  /** "old" is deleted, "new" is active. */
  async function fill(): Promise<{ old: Account; fresh: Account }> {
    const accounts = getSoftDeleteRepository(dataSource, Account);
    await accounts.save([{ name: "old" }, { name: "new" }]);
    await accounts.softDelete({ name: "old" }, { actor: "ada", reason: "left" });
    return { old: await rowOf("old"), fresh: await rowOf("new") };
  }

  function rowOf(name: string): Promise<Account> {
    return dataSource.manager.findOneOrFail(Account, { where: { name }, withDeleted: true });
  }

  const plain = (row: Account): object => JSON.parse(JSON.stringify(row)) as object;

  /** What a request may carry. */
  const forged = (id: string | null) => ({
    deletionId: id,
    deletedBy: "eve",
    deleteReason: "none",
    deletedFlag: id !== null,
  });

  describe("of a row that is there", () => {
    const writes: Record<string, (row: Account, id: string | null) => Promise<unknown>> = {
      "save()": ({ id }, deletionId) =>
        dataSource.manager.save(Account, { id, visits: 1, ...forged(deletionId) }),
      "save() of the object": (row, deletionId) =>
        dataSource.manager.save(Object.assign(row, { visits: 1, ...forged(deletionId) })),
      "update()": ({ id }, deletionId) =>
        dataSource.manager.update(Account, id, { visits: 1, ...forged(deletionId) }),
      "upsert()": ({ name }, deletionId) =>
        dataSource.manager.upsert(Account, { name, visits: 1, ...forged(deletionId) }, ["name"]),
      "a query builder": ({ id }, deletionId) =>
        dataSource
          .createQueryBuilder()
          .update(Account)
          .set({ visits: 1, ...forged(deletionId) })
          .where({ id })
          .callListeners(false)
          .execute(),
    };
    for (const [way, write] of Object.entries(writes)) {
      it(`are not written by ${way}`, async () => {
        const { old, fresh } = await fill();
        const before = [old, fresh].map((row) => ({ ...plain(row), visits: 1 }));
        const foreign = old.deletionId;

        await write(fresh, foreign);
        await write(old, null);

        expect([await rowOf("old"), await rowOf("new")].map(plain)).toEqual(before);
      });
    }

    it("are not written by a call that sets nothing else", async () => {
      const { old, fresh } = await fill();

      await dataSource.manager.save(Account, { id: fresh.id, deletionId: old.deletionId });
      const update = dataSource.manager.update(Account, old.id, { deletionId: null });

      await expect(update).rejects.toThrow("Cannot perform update query because update values");
      expect(await rowOf("new")).toEqual(fresh);
      expect(await rowOf("old")).toEqual(old);
    });

    it("are not written through a class that does not name them as such", async () => {
      const { old, fresh } = await fill();

      await dataSource.getRepository(Slim).save({ id: fresh.id, deletionId: old.deletionId });

      expect(await rowOf("new")).toEqual(fresh);
    });

    it("are not written through a schema with columns of its own", async () => {
      const notes = getSoftDeleteRepository(dataSource, Note);
      const [old, fresh] = await notes.save([{ name: "old" }, { name: "new" }]);
      const { deletionId } = await notes.softDelete(old!.id);

      await notes.save({ id: fresh!.id, name: "newer", deletionId });

      const rows = await notes.withDeleted().find({ order: { id: "ASC" } });
      expect(rows.map((row) => [row.name, row.deletionId])).toEqual([
        ["old", deletionId],
        ["newer", null],
      ]);
    });
  });

  describe("of a row that is inserted", () => {
    const inserts: Record<string, (rows: object[]) => Promise<unknown>> = {
      "save()": (rows) => dataSource.manager.save(Account, rows),
      "insert()": (rows) => dataSource.manager.insert(Account, rows),
      "upsert()": (rows) => dataSource.manager.upsert(Account, rows, ["name"]),
      "a query builder": (rows) =>
        dataSource.createQueryBuilder().insert().into(Account).values(rows).execute(),
    };
    for (const [way, insert] of Object.entries(inserts)) {
      it(`are the package's own where ${way} makes it a deleted one`, async () => {
        const { old } = await fill();

        await deletionContext.run({ actor: "bob", reason: "restored from backup" }, () =>
          insert([{ name: "copy", deletedAt: AT, ...forged(old.deletionId), deletedFlag: false }]),
        );

        const copy = await rowOf("copy");
        expect(copy).toMatchObject({
          deletedAt: AT,
          deletedBy: "bob",
          deleteReason: "restored from backup",
          deletedFlag: true,
        });
        const own = copy.deletionId ?? "";
        expect(own).not.toBe(old.deletionId);
        expect(Number.parseInt(own.replaceAll("-", "").slice(0, 12), 16)).toBe(AT.getTime());
        await getSoftDeleteRepository(dataSource, Account).restoreDeletion(old.deletionId!);
        expect((await rowOf("copy")).deletionId).toBe(own);
      });

      it(`stay empty where ${way} makes it an active one`, async () => {
        const { old } = await fill();

        await insert([{ name: "copy", ...forged(old.deletionId) }]);

        expect(await rowOf("copy")).toMatchObject({
          deletedAt: null,
          deletionId: null,
          deletedBy: null,
          deleteReason: null,
          deletedFlag: false,
        });
      });
    }
  });

  it("are written by the package, and cleared", async () => {
    const { old } = await fill();
    const accounts = getSoftDeleteRepository(dataSource, Account);
    expect(old).toMatchObject({ deletedBy: "ada", deleteReason: "left", deletedFlag: true });

    await accounts.restore({ name: In(["old"]) });

    expect(await rowOf("old")).toMatchObject({
      deletionId: null,
      deletedBy: null,
      deleteReason: null,
      deletedFlag: false,
    });
  });

  it("leave isDeleted undefined where the delete date was not loaded", async () => {
    const { old, fresh } = await fill();
    const partly = await dataSource.manager.findOneOrFail(Account, {
      select: { id: true },
      where: { id: fresh.id },
    });

    expect([old, fresh, partly, new Account()].map((row) => row.isDeleted)).toEqual([
      true,
      false,
      undefined,
      undefined,
    ]);
  });
});
