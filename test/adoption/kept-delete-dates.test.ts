import { Column, DataSource, DeleteDateColumn, Entity, PrimaryColumn } from "typeorm";

import { SoftDeletable, SoftDeleteManager, SoftDeleteSubscriber, withSoftDelete } from "../../src";
import { describeEachDatabase, SnakeNamingStrategy } from "../harness";

@Entity("member")
class Member {
  @PrimaryColumn() id!: number;
  @DeleteDateColumn() deletedAt!: Date | null;
}

@Entity("member")
class SnakeMember {
  @PrimaryColumn() id!: number;
  @DeleteDateColumn({ name: "deleted_at" }) deletedAt!: Date | null;
}

@Entity("member")
class Adopted extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@Entity("member")
class AdoptedByName extends withSoftDelete(undefined, { deletedAt: { name: "deleted_at" } }) {
  @PrimaryColumn() id!: number;
}

/** Beside the delete date an older one, and columns that are none. */
@Entity("member")
class Both extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column({ name: "removed_on", type: Date, nullable: true }) removed!: Date | null;
  @Column({ name: "created_at", type: Date, nullable: true }) created!: Date | null;
  @Column({ name: "deleted_by", type: "int", nullable: true }) by!: number | null;
}

const SUBSCRIBED = { subscribers: [SoftDeleteSubscriber], file: true };

describeEachDatabase("a table that used TypeORM's own delete date", (database) => {
  type Members = new () => { id: number };

  /** Three rows, of which the first was deleted before this package came. */
  async function fill(entity: Members): Promise<void> {
    const before = await database.open([entity], { file: true });
    await before.manager.insert(entity, [{ id: 1 }, { id: 2 }, { id: 3 }]);
    await before.manager.softDelete(entity, 1);
    await before.destroy();
  }

  async function active(dataSource: DataSource, entity: Members): Promise<number[]> {
    return (await dataSource.manager.find(entity, { order: { id: "ASC" } })).map(({ id }) => id);
  }

  it("keeps its deleted rows when the entity extends SoftDeletable", async () => {
    await fill(Member);
    const dataSource = await database.connect([Adopted], SUBSCRIBED);
    await dataSource.synchronize();
    expect(await active(dataSource, Adopted)).toEqual([2, 3]);
    expect(await dataSource.manager.count(Adopted, { withDeleted: true })).toBe(3);
    await expect(new SoftDeleteManager(dataSource).settle()).resolves.toMatchObject({ total: 1 });
  });

  it("keeps them under a naming strategy that names the column", async () => {
    await fill(SnakeMember);
    const options = { ...SUBSCRIBED, namingStrategy: new SnakeNamingStrategy() };
    const dataSource = await database.connect([Adopted], options);
    await dataSource.synchronize();
    expect(await active(dataSource, Adopted)).toEqual([2, 3]);
  });

  it("keeps the column that no entity maps: synchronize() and migration:generate are refused before anything is changed", async () => {
    await fill(SnakeMember);
    const dataSource = await database.connect([Adopted], SUBSCRIBED);
    const refusal = `Adopted: the table "member" has a column "deleted_at" that looks like a delete date`;
    await expect(dataSource.synchronize()).rejects.toThrow(refusal);
    await expect(dataSource.driver.createSchemaBuilder().log()).rejects.toThrow(refusal);
    const found = await new SoftDeleteManager(dataSource).check();
    expect(found.map(({ code }) => code)).toEqual(
      expect.arrayContaining(["missing-columns", "unmapped-delete-date"]),
    );
    const { options } = dataSource;
    await dataSource.destroy();
    const started = new DataSource({ ...options, synchronize: true });
    await expect(started.initialize()).rejects.toThrow(refusal);

    const named = await database.connect([AdoptedByName], SUBSCRIBED);
    const { upQueries } = await named.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query).join()).not.toMatch(/DROP COLUMN/);
    await named.synchronize();
    expect(await active(named, AdoptedByName)).toEqual([2, 3]);
  });

  it("keeps a delete date of another type, which TypeORM would drop and add anew", async () => {
    const types = {
      postgres: "timestamptz",
      mysql: "timestamp",
      "better-sqlite3": "date",
    } as const;
    @Entity("member")
    class Typed {
      @PrimaryColumn() id!: number;
      @DeleteDateColumn({ type: types[database.name] }) deletedAt!: Date | null;
    }
    await fill(Typed);
    const dataSource = await database.connect([Adopted], SUBSCRIBED);
    const started = dataSource.synchronize();
    if (database.name !== "better-sqlite3") {
      await expect(started).rejects.toThrow(
        /Adopted\.deletedAt: the column's type in the table is/,
      );
    } else {
      await started;
    }
    const rows: unknown[] = await dataSource.query(
      `SELECT id FROM member WHERE ${dataSource.driver.escape("deletedAt")} IS NOT NULL`,
    );
    expect(rows).toHaveLength(1);
  });

  it("is found by check() as long as no entity maps it", async () => {
    const dataSource = await database.open([Both], SUBSCRIBED);
    const codes = async (at: DataSource) =>
      (await new SoftDeleteManager(at).check()).map(({ code, entity }) => `${code} ${entity}`);
    expect(await codes(dataSource)).not.toContain("unmapped-delete-date Both");
    const other = await database.connect([Adopted], SUBSCRIBED);
    expect(await codes(other)).toContain("unmapped-delete-date Adopted");
    await expect(other.synchronize()).rejects.toThrow(`has a column "removed_on"`);
  });

  it.each(["geloescht_am", "supprime", "weg"])(
    "keeps any date or flag that would go in the run that brings the delete date: %s",
    async (name) => {
      const type = name === "geloescht_am" ? Date : Boolean;
      @Entity("member")
      class Foreign {
        @PrimaryColumn() id!: number;
        @Column({ name, type, nullable: name !== "weg" }) mark!: unknown;
      }
      @Entity("member")
      class Mapped extends SoftDeletable {
        @PrimaryColumn() id!: number;
        @Column({ name, type, nullable: name !== "weg" }) mark!: unknown;
      }
      const before = await database.open([Foreign], { file: true });
      await before.manager.insert(Foreign, [{ id: 1, mark: type === Date ? new Date() : true }]);
      await before.destroy();
      const dataSource = await database.connect([Adopted], SUBSCRIBED);

      const refusal = `is about to get its delete date "deletedAt" and to lose "${name}"`;
      await expect(dataSource.synchronize()).rejects.toThrow(refusal);
      await expect(dataSource.driver.createSchemaBuilder().log()).rejects.toThrow(refusal);

      const mapped = await database.connect([Mapped], SUBSCRIBED);
      await mapped.synchronize();
      expect(await mapped.manager.countBy(Mapped, { id: 1 })).toBe(1);
      // Once the table has its delete date, columns may go as ever.
      await dataSource.synchronize();
      const runner = dataSource.createQueryRunner();
      expect(await runner.hasColumn("member", name)).toBe(false);
      await runner.release();
    },
  );

  it("is told what to do about a flag with nulls, which becomes one that is never null", async () => {
    @Entity("member")
    class Flagged {
      @PrimaryColumn() id!: number;
      @Column({ name: "is_gone", type: Boolean, nullable: true }) gone!: boolean | null;
    }
    @Entity("member")
    class WithFlag extends withSoftDelete(undefined, { deletedFlag: { name: "is_gone" } }) {
      @PrimaryColumn() id!: number;
    }
    const before = await database.open([Flagged], { file: true });
    await before.manager.insert(Flagged, [
      { id: 1, gone: null },
      { id: 2, gone: false },
    ]);
    await before.destroy();
    const dataSource = await database.connect([WithFlag], SUBSCRIBED);

    const refusal = await dataSource.synchronize().then(
      () => "none",
      (error: unknown) => (error as Error).message,
    );

    expect(refusal).toContain("WithFlag.deletedFlag: the column");
    const remedy = /UPDATE .* IS NULL(?=\.)/.exec(refusal)?.[0] ?? "";
    await dataSource.query(remedy);
    await dataSource.synchronize();
    expect(await active(dataSource, WithFlag)).toEqual([1, 2]);
  });

  it("may be changed by migrations of the application's own", async () => {
    await fill(SnakeMember);
    const dataSource = await database.connect([Adopted], SUBSCRIBED);
    const runner = dataSource.createQueryRunner();
    await runner.getTable("member");
    const names = ["member", "deleted_at", "deletedAt"].map((name) =>
      dataSource.driver.escape(name),
    );
    const [member, old, now] = names;
    await runner.query(`ALTER TABLE ${member} RENAME COLUMN ${old} TO ${now}`);
    await runner.release();
    await dataSource.synchronize();
    expect(await active(dataSource, Adopted)).toEqual([2, 3]);
  });
});
