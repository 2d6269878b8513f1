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

  @Column({ default: 0 })
  revision!: number;
}

@Entity()
class OwnColumn {
  @PrimaryGeneratedColumn()
  id!: number;

  @DeleteDateColumn({ name: "Removed On" })
  removedOn!: Date | null;

  @DeletionIdColumn()
  removal!: string | null;

  @Column()
  @UniqueActive()
  code!: string;

  @Column({ default: 0 })
  revision!: number;
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
      "activeKey",
    );
  });

  it("lets an upsert meet the active row, and no deleted one", async () => {
    const ds = await database.open([Article], options);
    const articles = getSoftDeleteRepository(ds, Article);
    const upsert = (slug: string) =>
      articles
        .createQueryBuilder()
        .insert()
        .values({ tenantId: 1, slug, code: "x" })
        .orUpdate(["slug"], ["code", "activeKey"])
        .execute();
    await upsert("a");
    await articles.softDelete({ code: "x" });
    await upsert("b");
    await upsert("c");
    expect(await articles.find({ select: { slug: true } })).toMatchObject([{ slug: "c" }]);
    const deleted = await articles.onlyDeleted().find({ select: { slug: true } });
    expect(deleted).toMatchObject([{ slug: "a" }]);
  });

  it("lets upsert() of a repository meet the active row where TypeORM can say which key is meant", async () => {
    if (database.name === "better-sqlite3") return;
    const entity = database.name === "postgres" ? PartialOnly : OwnColumn;
    const ds = await database.open([entity], options);
    const repository = ds.getRepository<PartialOnly | OwnColumn>(entity);
    const upsert = (revision: number) =>
      repository.upsert(
        { code: "x", revision },
        { conflictPaths: ["code"], indexPredicate: `"deletedAt" IS NULL` },
      );
    await upsert(1);
    await repository.softDelete({ code: "x" });
    await upsert(2);
    await upsert(3);
    expect(await repository.find()).toMatchObject([{ revision: 3 }]);
    const order = { id: "ASC" } as const;
    const all = await repository.find({ withDeleted: true, order });
    expect(all).toMatchObject([{ revision: 1 }, { revision: 3 }]);
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
