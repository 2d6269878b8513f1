import { Column, DataSource, DeleteDateColumn, Entity, PrimaryGeneratedColumn } from "typeorm";

import { describeEachDatabase, recordStatements, statementsOf } from ".";

@Entity()
class Note {
  @PrimaryGeneratedColumn() id!: number;
  @Column() text!: string;
  @DeleteDateColumn() deletedAt!: Date | null;
}

@Entity()
class Ticket {
  @PrimaryGeneratedColumn("uuid") id!: string;
}

describeEachDatabase("open", (database) => {
  for (const attempt of ["first", "second"]) {
    it(`gives an empty schema to the ${attempt} test`, async () => {
      const dataSource = await database.open([Note]);
      const notes = dataSource.getRepository(Note);

      expect(await notes.count()).toBe(0);
      await notes.save({ text: attempt });
      expect(await notes.count()).toBe(1);
    });
  }

  it("soft-deletes with plain TypeORM", async () => {
    const dataSource = await database.open([Note]);
    const notes = dataSource.getRepository(Note);
    const { id } = await notes.save({ text: "gone" });

    await notes.softDelete(id);

    expect(await notes.findOneBy({ id })).toBeNull();
    const deleted = await notes.findOneOrFail({ where: { id }, withDeleted: true });
    expect(deleted.deletedAt).toBeInstanceOf(Date);
  });

  it("keeps a date to the millisecond", async () => {
    const dataSource = await database.open([Note]);
    const deletedAt = new Date("2026-01-02T03:04:05.678Z");

    const { id } = await dataSource.getRepository(Note).save({ text: "dated", deletedAt });

    const [note] = await dataSource.getRepository(Note).find({ where: { id }, withDeleted: true });
    expect(note?.deletedAt).toEqual(deletedAt);
  });

  it("generates uuids without an extension", async () => {
    const dataSource = await database.open([Ticket]);

    const { id } = await dataSource.getRepository(Ticket).save({});

    expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("names the server that it runs on", async () => {
    if (database.name !== "mysql") return;
    const dataSource = await database.open([Note]);
    const [row] = await dataSource.query<{ version: string }[]>("SELECT VERSION() AS version");

    expect(/mariadb/i.test(row?.version ?? "")).toBe(database.server === "mariadb");
  });

  it("refuses to empty the schema of an open data source", async () => {
    await database.open([Note]);

    await expect(database.open([Note])).rejects.toThrow("use connect()");
  });

  it("opens again after a destroy", async () => {
    const first = await database.open([Note], { file: true });
    await first.getRepository(Note).save({ text: "old" });
    await first.destroy();

    const second = await database.open([Note], { file: true });

    expect(await second.getRepository(Note).count()).toBe(0);
  });

  it("takes data source options", async () => {
    const dataSource = await database.open([Note], { poolSize: 3, entityPrefix: "test_" });

    expect(dataSource.getMetadata(Note).tableName).toBe("test_note");
    expect(dataSource.options.poolSize).toBe(3);
  });

  describe("in beforeAll", () => {
    let shared: DataSource;

    beforeAll(async () => {
      shared = await database.open([Note]);
    });
    afterAll(() => shared.destroy());

    for (const count of [1, 2]) {
      it(`keeps the data source for test ${count}`, async () => {
        await shared.getRepository(Note).save({ text: "shared" });
        expect(await shared.getRepository(Note).count()).toBe(count);
      });
    }
  });
});

describeEachDatabase("connect", (database) => {
  it("sees the rows of the first data source", async () => {
    const first = await database.open([Note], { file: true });
    const second = await database.connect([Note]);

    await first.getRepository(Note).save({ text: "shared" });

    expect(await second.getRepository(Note).findOneByOrFail({ text: "shared" })).toBeDefined();
  });

  // A second SQLite connection would block this process until the transaction ends.
  if (database.name === "better-sqlite3") return;
  it("is a session of its own", async () => {
    const first = await database.open([Note]);
    const second = await database.connect([Note]);

    await first.transaction(async (manager) => {
      await manager.save(Note, { text: "uncommitted" });
      expect(await second.getRepository(Note).count()).toBe(0);
    });
    expect(await second.getRepository(Note).count()).toBe(1);
  });
});

describeEachDatabase("recordStatements", (database) => {
  it("records statements and parameters until it is stopped", async () => {
    const dataSource = await database.open([Note]);
    const notes = dataSource.getRepository(Note);
    const recording = recordStatements(dataSource);

    await notes.softDelete({ text: "nothing" });
    expect(recording.statements).toEqual([expect.stringMatching(/^UPDATE .note. SET/)]);
    expect(recording.parameters).toEqual([["nothing"]]);

    recording.reset();
    expect(recording.statements).toEqual([]);

    recording.stop();
    await notes.count();
    expect(recording.statements).toEqual([]);
  });

  it("counts the statements of one operation, transaction control included", async () => {
    const dataSource = await database.open([Note]);

    const statements = await statementsOf(dataSource, () =>
      dataSource.transaction((manager) => manager.softDelete(Note, 1)),
    );

    expect(statements.map((statement) => statement.split(" ")[0])).toEqual(
      database.name === "better-sqlite3"
        ? ["BEGIN", "UPDATE", "COMMIT"]
        : ["START", "UPDATE", "COMMIT"],
    );
  });
});
