import { DeleteDateColumn, Column, Entity, PrimaryGeneratedColumn } from "typeorm";

import {
  DeletionIdColumn,
  getSoftDeleteRepository,
  ScopeWriteError,
  SoftDeleteManager,
  SoftDeleteRepository,
} from "../../src";
import { fill, names, openBlog, Post, User } from "../repository/blog";
import { describeEachDriver, statementsOf } from "../harness";

type Trash = SoftDeleteRepository<User>;
type Write = (trash: Trash, id: number, user: User) => Promise<unknown>;

/** What a write of TypeORM's would do to an active row, and what the refusal says to call. */
const REFUSED: Record<string, [write: Write, remedy: RegExp]> = {
  save: [(trash, id) => trash.save({ id, points: 0 }), /without a scope/],
  "save of a list": [(trash, id) => trash.save([{ id, points: 0 }]), /without a scope/],
  "save of a new row": [(trash) => trash.save({ name: "new", points: 1 }), /without a scope/],
  insert: [(trash) => trash.insert({ name: "new", points: 1 }), /without a scope/],
  upsert: [(trash, id) => trash.upsert({ id, name: "x", points: 0 }, ["id"]), /without a scope/],
  update: [(trash, id) => trash.update(id, { points: 0 }), /deletedAt: Not\(IsNull\(\)\)/],
  updateAll: [(trash) => trash.updateAll({ points: 0 }), /deletedAt: Not\(IsNull\(\)\)/],
  increment: [(trash, id) => trash.increment({ id }, "points", 1), /deletedAt: Not/],
  decrement: [(trash, id) => trash.decrement({ id }, "points", 1), /deletedAt: Not/],
  delete: [(trash, id) => trash.delete(id), /forceDelete\(\)/],
  deleteAll: [(trash) => trash.deleteAll(), /purge\(\)/],
  clear: [(trash) => trash.clear(), /purge\(\)/],
  remove: [(trash, _, user) => trash.remove(user), /forceRemove\(\)/],
  "remove of a list": [(trash, _, user) => trash.remove([user]), /forceRemove\(\)/],
  softDelete: [(trash, id) => trash.softDelete(id), /without a scope/],
  softRemove: [(trash, _, user) => trash.softRemove(user), /without a scope/],
  previewSoftDelete: [(trash, id) => trash.previewSoftDelete(id), /without a scope/],
};

/** The same through a query builder. */
const TURNED: Record<string, Write> = {
  delete: (trash, id) => trash.createQueryBuilder().delete().where({ id }).execute(),
  update: (trash, id) =>
    trash.createQueryBuilder("u").update({ points: 0 }).where({ id }).execute(),
  "update of a named entity": (trash, id) =>
    trash.createQueryBuilder().update(User).set({ points: 0 }).where({ id }).execute(),
  softDelete: (trash, id) => trash.createQueryBuilder().softDelete().where({ id }).execute(),
  restore: (trash, id) => trash.createQueryBuilder().restore().where({ id }).execute(),
  insert: (trash) =>
    trash.createQueryBuilder().insert().values({ name: "new", points: 1 }).execute(),
  "delete of a copy": (trash, id) =>
    trash.createQueryBuilder().where({ id }).clone().delete().execute(),
  relation: (trash, id) => trash.createQueryBuilder().relation(User, "posts").of(id).remove([]),
};

describeEachDriver("writes through onlyDeleted()", (database) => {
  const opened = openBlog(database);
  beforeEach(() => fill(opened.dataSource));

  const everything = async () => {
    const all = getSoftDeleteRepository(opened.dataSource, User).withDeleted();
    return [await all.find({ order: { id: "ASC" } }), await opened.dataSource.manager.count(Post)];
  };

  async function refuses(trash: Trash, write: Write, remedy: RegExp): Promise<void> {
    const bob = await opened.dataSource.manager.findOneByOrFail(User, { name: "bob" });
    const before = await everything();
    const attempt = async () => {
      await write(trash, bob.id, bob);
    };

    const sent = await statementsOf(opened.dataSource, () =>
      expect(attempt()).rejects.toMatchObject({
        constructor: ScopeWriteError,
        code: "SCOPE_WRITE",
        entity: "User",
        message: expect.stringMatching(remedy) as string,
      }),
    );

    expect(sent).toEqual([]);
    expect(await everything()).toEqual(before);
  }

  const trash = () => getSoftDeleteRepository(opened.dataSource, User).onlyDeleted();

  for (const [name, [write, remedy]] of Object.entries(REFUSED)) {
    it(`refuse ${name}, and say what to call`, () => refuses(trash(), write, remedy));
  }

  for (const [name, write] of Object.entries(TURNED)) {
    it(`refuse ${name} of a query builder`, () =>
      refuses(trash(), write, /^User: createQueryBuilder\(\)\.\w+\(\) is not for onlyDeleted\(\)/));
  }

  it("name the method that was called", async () => {
    await expect(trash().delete(1)).rejects.toMatchObject({
      method: "delete",
      message:
        "User: delete() is not for onlyDeleted(), whose rows are deleted. Call forceDelete(), which removes deleted rows alone.",
    });
  });

  it("are refused where the scope names relations, in a transaction, a subclass and extend()", async () => {
    class Users extends SoftDeleteRepository<User> {
      empty(): Promise<unknown> {
        return this.delete({ name: "bob" });
      }
    }
    const users = new Users(User, opened.dataSource.manager);
    const empty: Write = (repository) =>
      (repository as Trash & { empty(): Promise<unknown> }).empty();

    await refuses(users.onlyDeleted(), empty, /forceDelete/);
    await refuses(users.onlyDeleted({ relations: { posts: true } }), empty, /forceDelete/);
    await refuses(
      trash().extend({
        empty(this: Trash) {
          return this.delete({ name: "bob" });
        },
      }),
      empty,
      /forceDelete/,
    );
    const inTransaction: Write = (repository) =>
      opened.dataSource.transaction((manager) =>
        manager.withRepository(repository).delete({ name: "bob" }),
      );
    await expect(inTransaction(trash(), 0, new User())).rejects.toThrow(ScopeWriteError);
    expect(names(await users.find())).toEqual(["bob", "eve"]);
  });

  it("that restore or remove for good act on deleted rows alone", async () => {
    const users = getSoftDeleteRepository(opened.dataSource, User);
    const [ada, bob] = [
      await trash().findOneByOrFail({ name: "ada" }),
      await users.findOneByOrFail({ name: "bob" }),
    ];

    expect((await trash().restore([ada.id, bob.id])).affected).toBe(1);
    await trash().recover(bob);
    await users.softRemove(ada);
    await trash().recover(ada);
    const { deletionId } = await users.softDelete({ name: "ada" });
    await trash().restoreDeletion(deletionId ?? "");
    expect(names(await users.find())).toEqual(["ada", "bob", "eve"]);

    expect((await trash().forceDelete([{ name: "bob" }, { name: "dan" }])).affected).toBe(1);
    await trash().forceRemove(bob);
    const purged = await trash().purge({ olderThan: new Date(Date.now() - 1000) });
    expect(purged.total).toBe(0);
    expect(names(await users.withDeleted().find())).toEqual(["ada", "bob", "eve"]);
  });

  it("leave the repository and withDeleted() as they were", async () => {
    const users = getSoftDeleteRepository(opened.dataSource, User);
    const all = users.onlyDeleted().withDeleted();

    await all.update({ name: "ada" }, { points: 11 });
    await all.increment({ name: "bob" }, "points", 1);
    await all.createQueryBuilder().update({ points: 41 }).where({ name: "dan" }).execute();
    const eve = await users.findOneByOrFail({ name: "eve" });
    await users.save(Object.assign(eve, { points: 81 }));
    expect((await all.find({ order: { points: "ASC" } })).map(({ points }) => points)).toEqual([
      11, 21, 41, 81,
    ]);
    expect((await all.softDelete([{ name: "ada" }, { name: "eve" }])).affected).toBe(1);
    await all.createQueryBuilder().delete().where({ name: "dan" }).execute();
    expect(names(await all.find())).toEqual(["ada", "bob", "eve"]);
    await all.remove(await all.findOneByOrFail({ name: "eve" }));
    expect(names(await all.find())).toEqual(["ada", "bob"]);
  });
});

describeEachDriver("methods of onlyDeleted() and withDeleted() that write nothing", (database) => {
  const opened = openBlog(database);
  beforeEach(() => fill(opened.dataSource));

  it("make, merge and identify objects", async () => {
    const trash = getSoftDeleteRepository(opened.dataSource, User).onlyDeleted();
    const ada = await trash.findOneByOrFail({ name: "ada" });

    expect(trash.create({ name: "new" })).toBeInstanceOf(User);
    expect(trash.merge(ada, { points: 12 })).toBe(ada);
    expect([ada.points, trash.hasId(ada), trash.getId(ada)]).toEqual([12, true, ada.id]);
  });

  it("preload a row of the scope", async () => {
    const users = getSoftDeleteRepository(opened.dataSource, User);
    const all = await users.withDeleted().find();
    const idOf = (name: string) => all.find((user) => user.name === name)?.id ?? 0;
    const preloaded = async (repository: Trash, name: string) =>
      (await repository.preload({ id: idOf(name), points: 99 })) ?? null;

    expect(await preloaded(users.onlyDeleted(), "ada")).toMatchObject({ name: "ada", points: 99 });
    expect(await preloaded(users.onlyDeleted(), "bob")).toBeNull();
    expect(await preloaded(users.withDeleted(), "ada")).toMatchObject({ name: "ada", points: 99 });
    expect(await preloaded(users.withDeleted(), "bob")).toMatchObject({ name: "bob", points: 99 });
    expect(await preloaded(users, "ada")).toBeNull();
    expect(await preloaded(users, "bob")).toMatchObject({ name: "bob", points: 99 });
    await expect(users.onlyDeleted().preload({ name: "ada" })).rejects.toBeDefined();
    const inTransaction = await opened.dataSource.transaction(async (manager) => {
      await manager.update(User, { name: "dan" }, { name: "don" });
      return manager.withRepository(users.onlyDeleted()).preload({ id: idOf("dan") });
    });
    expect(inTransaction).toMatchObject({ name: "don" });
  });
});

class Gone {
  @DeleteDateColumn() at!: Date | null;
  @DeletionIdColumn({ name: "gone_by" }) by!: string | null;
}

@Entity()
class Parcel {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ default: 0 }) weight!: number;
  @Column(() => Gone) gone!: Gone;
}

describeEachDriver("a refusal of a write through onlyDeleted()", (database) => {
  it("names the delete date by its path", async () => {
    const dataSource = await database.open([Parcel]);
    const trash = getSoftDeleteRepository(dataSource, Parcel).onlyDeleted();
    await dataSource.manager.insert(Parcel, {});
    await new SoftDeleteManager(dataSource).softDelete(Parcel, 1);

    await expect(trash.update(1, { weight: 1 })).rejects.toThrow("gone.at: Not(IsNull())");
    expect(await trash.preload({ id: 1, weight: 2 })).toMatchObject({ id: 1, weight: 2 });
  });
});
