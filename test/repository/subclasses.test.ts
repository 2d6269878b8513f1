import { DataSource } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteRepository, type SoftDeleteResult } from "../../src";
import { describeEachDriver } from "../harness";
import { deleted, fill, names, openBlog, User } from "./blog";

class UserRepository extends SoftDeleteRepository<User> {
  readonly least = 30;

  rich(): Promise<User[]> {
    return this.createQueryBuilder("user")
      .where("user.points >= :least", { least: this.least })
      .getMany();
  }

  named(name: string): Promise<User | null> {
    return this.findOneBy({ name });
  }

  removeNamed(name: string): Promise<SoftDeleteResult> {
    return this.softDelete({ name });
  }
}

/** As NestJS users write it. */
class InjectedRepository extends SoftDeleteRepository<User> {
  constructor(private readonly dataSource: DataSource) {
    super(User, dataSource.createEntityManager());
  }

  async summary(): Promise<string> {
    const { type } = this.dataSource.options;
    return `${type}: ${String(await this.count())}`;
  }
}

describeEachDriver("a subclass of SoftDeleteRepository", (database) => {
  const opened = openBlog(database);
  beforeEach(() => fill(opened.dataSource));

  it("has its own methods in every scope", async () => {
    const users = new UserRepository(User, opened.dataSource.manager);

    expect(names(await users.rich())).toEqual(["eve"]);
    expect(names(await users.withDeleted().rich())).toEqual(["dan", "eve"]);
    expect(names(await users.onlyDeleted().rich())).toEqual(["dan"]);
    expect(await users.named("ada")).toBeNull();
    expect((await users.onlyDeleted().named("ada"))?.name).toBe("ada");
    expect(users.onlyDeleted()).toBeInstanceOf(UserRepository);
  });

  it("keeps the scope through manager.withRepository", async () => {
    const users = new UserRepository(User, opened.dataSource.manager);

    await opened.dataSource.transaction(async (manager) => {
      const inside = manager.withRepository(users.onlyDeleted());
      expect(inside.manager).toBe(manager);
      expect(names(await inside.find())).toEqual(["ada", "dan"]);
      expect(names(await inside.rich())).toEqual(["dan"]);
      expect(names(await manager.withRepository(users).onlyDeleted().find())).toEqual([
        "ada",
        "dan",
      ]);
    });
  });

  it("works in the transaction of manager.withRepository", async () => {
    const users = new UserRepository(User, opened.dataSource.manager);

    await opened.dataSource
      .transaction(async (manager) => {
        const inside = manager.withRepository(users);
        await inside.removeNamed("bob");
        expect(await inside.onlyDeleted().existsBy({ name: "bob" })).toBe(true);
        throw new Error("no");
      })
      .catch(() => undefined);

    expect(await deleted(opened.dataSource)).toEqual(["ada", "dan", "first", "second"]);
  });

  it("may have a constructor of its own", async () => {
    const users = new InjectedRepository(opened.dataSource);

    const { type } = opened.dataSource.options;
    expect(await users.summary()).toBe(`${type}: 2`);
    expect(await users.onlyDeleted().summary()).toBe(`${type}: 2`);
    expect(await users.withDeleted().summary()).toBe(`${type}: 4`);
    const { deletionId } = await users.softDelete({ name: "bob" });
    expect((await users.restoreDeletion(deletionId ?? "")).total).toBe(2);
  });
});

describeEachDriver("extend()", (database) => {
  const opened = openBlog(database);
  beforeEach(() => fill(opened.dataSource));

  it("keeps the scope, so that no active row is removed", async () => {
    const trash = getSoftDeleteRepository(opened.dataSource, User)
      .onlyDeleted()
      .extend({
        async all(this: SoftDeleteRepository<User>) {
          return names(await this.find());
        },
      });

    expect(await trash.all()).toEqual(["ada", "dan"]);
    expect((await trash.forceDelete({ name: "bob" })).affected).toBe(0);
    expect(await trash.withDeleted().count()).toBe(4);
  });
});

describeEachDriver("getSoftDeleteRepository", (database) => {
  const opened = openBlog(database);
  beforeEach(() => fill(opened.dataSource));

  it("works in the transaction of the given manager", async () => {
    await opened.dataSource
      .transaction(async (manager) => {
        const users = getSoftDeleteRepository(manager, User);
        await users.softDelete({ name: "bob" });
        await users.restore({ name: "ada" });
        expect(names(await users.onlyDeleted().find())).toEqual(["bob", "dan"]);
        throw new Error("no");
      })
      .catch(() => undefined);

    expect(await deleted(opened.dataSource)).toEqual(["ada", "dan", "first", "second"]);
  });

  it("reads what TypeORM's own repository reads by default", async () => {
    const own = opened.dataSource.getRepository(User);
    const users = getSoftDeleteRepository(opened.dataSource, User);

    expect(await users.find({ order: { id: "ASC" } })).toEqual(
      await own.find({ order: { id: "ASC" } }),
    );
    expect(names(await users.find({ withDeleted: true }))).toEqual(["ada", "bob", "dan", "eve"]);
    expect(await users.sum("points")).toBe(await own.sum("points"));
  });
});
