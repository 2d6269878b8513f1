import {
  Column,
  DeleteDateColumn,
  Entity,
  PrimaryGeneratedColumn,
  QueryFailedError,
  type DataSourceOptions,
} from "typeorm";

import {
  DeletionIdColumn,
  getSoftDeleteRepository,
  SoftDeletable,
  SoftDeleteConfigurationError,
  SoftDeleteSubscriber,
  UniqueActive,
} from "../../src";
import { describeEachDriver, recordStatements } from "../harness";

@Entity()
@UniqueActive(["tenantId", "slug"])
class Article extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  tenantId!: number;

  @Column()
  slug!: string;

  @Column()
  @UniqueActive()
  code!: string;
}

@Entity()
class PartialOnly extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  @UniqueActive({ generatedColumn: false })
  code!: string;
}

@Entity()
class OwnColumn {
  @PrimaryGeneratedColumn()
  id!: number;

  @DeleteDateColumn({ name: "removed_on" })
  removedOn!: Date | null;

  @DeletionIdColumn()
  removal!: string | null;

  @Column()
  @UniqueActive()
  code!: string;
}

@Entity()
class WrongColumn extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  @UniqueActive({ deletedAt: "removed" })
  code!: string;
}

describeEachDriver("@UniqueActive", (database) => {
  const options: Partial<DataSourceOptions> = {
    subscribers: [SoftDeleteSubscriber],
    ...(database.server === "mariadb" ? { type: "mariadb" } : {}),
  };

  it("refuses two active rows with the same key and allows any number of deleted ones", async () => {
    const ds = await database.open([Article], options);
    const articles = getSoftDeleteRepository(ds, Article);
    for (let n = 0; n < 3; n++) {
      const { id } = await articles.save({ tenantId: 1, slug: "a", code: "x" });
      await articles.softDelete(id);
    }
    await articles.save({ tenantId: 1, slug: "a", code: "x" });
    await articles.save({ tenantId: 2, slug: "a", code: "y" });
    await expect(articles.save({ tenantId: 1, slug: "a", code: "z" })).rejects.toThrow(
      QueryFailedError,
    );
    await expect(articles.save({ tenantId: 3, slug: "c", code: "x" })).rejects.toThrow(
      QueryFailedError,
    );
    expect(await articles.count()).toBe(2);
    expect(await articles.onlyDeleted().count()).toBe(3);
  });

  it("hides its generated column from reads and leaves saving alone", async () => {
    const ds = await database.open([Article], options);
    const saved = await ds.manager.save(Article, { tenantId: 1, slug: "a", code: "x" });
    const found = await ds.manager.findOneByOrFail(Article, { id: saved.id });
    expect(Object.keys(found)).not.toContain("activeKey");
    found.slug = "b";
    await ds.manager.save(found);
    expect((await ds.manager.findOneByOrFail(Article, { id: saved.id })).slug).toBe("b");
  });

  it("follows a delete-date column of the entity's own", async () => {
    const ds = await database.open([OwnColumn], options);
    const { id } = await ds.manager.save(OwnColumn, { code: "x" });
    await ds.manager.softDelete(OwnColumn, id);
    await ds.manager.save(OwnColumn, { code: "x" });
    await expect(ds.manager.save(OwnColumn, { code: "x" })).rejects.toThrow(QueryFailedError);
  });

  it("is refused at start on a MariaDB that is called mysql, where TypeORM cannot create the column", async () => {
    if (database.server !== "mariadb") return;
    const misnamed = database.open([Article], { ...options, type: "mysql" });
    await expect(misnamed).rejects.toThrow(/Set type: "mariadb"/);
  });

  it("is refused at start where its condition names another column", async () => {
    await expect(database.open([WrongColumn], options)).rejects.toThrow(
      /WrongColumn\.code: @UniqueActive\(\) was made for a delete-date column "removed"/,
    );
  });

  it("without a generated column is a partial index, refused where there is none", async () => {
    if (database.name === "mysql") {
      await expect(database.open([PartialOnly], options)).rejects.toThrow(
        SoftDeleteConfigurationError,
      );
      return;
    }
    const ds = await database.open([PartialOnly], options);
    const { id } = await ds.manager.save(PartialOnly, { code: "x" });
    await ds.manager.softDelete(PartialOnly, id);
    await ds.manager.save(PartialOnly, { code: "x" });
    await expect(ds.manager.save(PartialOnly, { code: "x" })).rejects.toThrow(QueryFailedError);
    expect(ds.getMetadata(PartialOnly).columns.map((column) => column.databaseName)).not.toContain(
      "active_key",
    );
  });

  it("is a partial unique index where the database has them", async () => {
    const ds = await database.open([Article], options);
    const definitions = {
      "better-sqlite3": `SELECT sql AS d FROM sqlite_master WHERE type = 'index' AND sql LIKE '%UNIQUE%'`,
      postgres: `SELECT indexdef AS d FROM pg_indexes WHERE schemaname = current_schema() AND tablename = 'article' AND indexdef LIKE '%UNIQUE%' AND indexname NOT LIKE 'PK%'`,
    };
    if (database.name === "mysql") return;
    const rows: { d: string }[] = await ds.query(definitions[database.name]);
    expect(rows).toHaveLength(2);
    for (const { d } of rows) expect(d).toMatch(/WHERE \(?"?deleted_at"? IS NULL/);
  });

  it("leaves nothing to change for a second synchronize, nor for migration:generate", async () => {
    const ds = await database.open([Article, OwnColumn], options);
    const log = await ds.driver.createSchemaBuilder().log();
    expect(log.upQueries.map((query) => query.query)).toEqual([]);
    const recording = recordStatements(ds);
    await ds.synchronize();
    expect(recording.statements.filter((text) => /^(ALTER|CREATE|DROP)/.test(text))).toEqual([]);
  });
});
