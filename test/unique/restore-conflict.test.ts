import {
  Column,
  Entity,
  Index,
  ManyToOne,
  PrimaryGeneratedColumn,
  type DataSourceOptions,
} from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  RestoreConflictError,
  SoftDeletable,
  SoftDeleteManager,
  SoftDeleteSubscriber,
  UniqueActive,
} from "../../src";
import { describeEachDriver } from "../harness";

@Entity()
class Owner extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  name!: string;
}

@Entity()
@UniqueActive(["tenant", "slug"], { name: "unique_slug" })
class Page extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  tenant!: number;

  @Column()
  slug!: string;

  @Index()
  @ManyToOne(() => Owner)
  @OnSoftDelete("CASCADE")
  owner!: Owner | null;
}

@Entity()
class Chapter extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "varchar", length: 50 })
  @UniqueActive()
  slug!: string;

  @Index()
  @ManyToOne(() => Chapter)
  @OnSoftDelete("CASCADE")
  parent!: Chapter | null;
}

describeEachDriver("a restore into a unique key", (database) => {
  const options: Partial<DataSourceOptions> = {
    subscribers: [SoftDeleteSubscriber],
    ...(database.server === "mariadb" ? { type: "mariadb" } : {}),
  };

  async function conflictOf(promise: Promise<unknown>): Promise<RestoreConflictError> {
    const error: unknown = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(RestoreConflictError);
    return error as RestoreConflictError;
  }

  it("that an active row has taken names key, columns and both rows, and changes nothing", async () => {
    const ds = await database.open([Owner, Page], options);
    const pages = getSoftDeleteRepository(ds, Page);
    const old = await pages.save({ tenant: 1, slug: "a" });
    await pages.softDelete(old.id);
    const taken = await pages.save({ tenant: 1, slug: "a" });
    const before = await pages.withDeleted().find({ order: { id: "ASC" } });

    for (const restore of [
      () => pages.restore(old.id),
      () => pages.restoreDeletion(before[0]!.deletionId!),
      () => pages.recover(before[0]!),
    ]) {
      const error = await conflictOf(restore());
      expect(error).toMatchObject({
        code: "RESTORE_CONFLICT",
        entity: "Page",
        constraint: "unique_slug",
        columns: ["tenant", "slug"],
        conflicts: [{ id: { id: old.id }, conflictsWith: { id: taken.id } }],
      });
      expect(error.cause).toBeDefined();
    }
    expect(await pages.withDeleted().find({ order: { id: "ASC" } })).toEqual(before);
  });

  it("that a cascaded row needs refuses the whole restore, natively too", async () => {
    const ds = await database.open([Owner, Page], options);
    const owner = await ds.manager.save(Owner, { name: "o" });
    const page = await ds.manager.save(Page, { tenant: 1, slug: "a", owner });
    await new SoftDeleteManager(ds).softDelete(Owner, owner.id);
    const taken = await ds.manager.save(Page, { tenant: 1, slug: "a" });

    await conflictOf(new SoftDeleteManager(ds).restore(Owner, owner.id));
    const error = await conflictOf(ds.manager.restore(Owner, owner.id));
    expect(error.conflicts).toEqual([{ id: { id: page.id }, conflictsWith: { id: taken.id } }]);
    expect(await ds.manager.count(Owner)).toBe(0);
    expect(await ds.manager.count(Page)).toBe(1);

    await ds.manager.delete(Page, taken.id);
    expect(await new SoftDeleteManager(ds).restore(Owner, owner.id)).toMatchObject({ total: 2 });
  });

  it("by TypeORM's own call, of a tree, does not name a row as in conflict with itself", async () => {
    const ds = await database.open([Chapter], options);
    const root = await ds.manager.save(Chapter, { slug: "root", parent: null });
    const leaf = await ds.manager.save(Chapter, { slug: "leaf", parent: root });
    await ds.manager.softDelete(Chapter, root.id);
    const taken = await ds.manager.save(Chapter, { slug: "leaf", parent: null });

    const error = await conflictOf(ds.manager.restore(Chapter, root.id));

    expect(error.conflicts).toEqual([{ id: { id: leaf.id }, conflictsWith: { id: taken.id } }]);
    expect(await ds.manager.find(Chapter)).toMatchObject([{ id: taken.id }]);
  });

  it("between two rows of the same restore names both", async () => {
    const ds = await database.open([Owner, Page], options);
    const pages = getSoftDeleteRepository(ds, Page);
    const first = await pages.save({ tenant: 1, slug: "a" });
    await pages.softDelete(first.id);
    const second = await pages.save({ tenant: 1, slug: "a" });
    await pages.softDelete(second.id);

    const error = await conflictOf(pages.restore([first.id, second.id]));
    const ids = error.conflicts.flatMap(({ id, conflictsWith }) => [id["id"], conflictsWith["id"]]);
    expect([...new Set(ids)].sort()).toEqual([first.id, second.id]);
    expect(await pages.count()).toBe(0);
  });

  it("that the caller catches leaves its transaction usable", async () => {
    const ds = await database.open([Owner, Page], options);
    const pages = getSoftDeleteRepository(ds, Page);
    const old = await pages.save({ tenant: 1, slug: "a" });
    await pages.softDelete(old.id);
    await pages.save({ tenant: 1, slug: "a" });

    await ds.transaction(async (manager) => {
      await manager.save(Owner, { name: "before" });
      await conflictOf(manager.withRepository(pages).restore(old.id));
      await manager.save(Owner, { name: "after" });
    });
    expect(await ds.manager.count(Owner)).toBe(2);
    expect(await pages.onlyDeleted().count()).toBe(1);
  });
});
