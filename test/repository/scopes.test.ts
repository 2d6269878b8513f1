import { Between, EntityNotFoundError, In, IsNull, LessThan, Like, MoreThan, Not } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteConfigurationError } from "../../src";
import { describeEachDriver, statementsOf } from "../harness";
import { fill, names, openBlog, Plain, Post, User } from "./blog";

const SCOPES = {
  active: { all: ["bob", "eve"], sum: 100, average: 50, minimum: 20, maximum: 80 },
  withDeleted: {
    all: ["ada", "bob", "dan", "eve"],
    sum: 150,
    average: 37.5,
    minimum: 10,
    maximum: 80,
  },
  onlyDeleted: { all: ["ada", "dan"], sum: 50, average: 25, minimum: 10, maximum: 40 },
} as const;
type ScopeName = keyof typeof SCOPES;

describeEachDriver("scopes", (database) => {
  const opened = openBlog(database);
  beforeEach(() => fill(opened.dataSource));

  function users(scope: ScopeName) {
    const repository = getSoftDeleteRepository(opened.dataSource, User);
    return scope === "active" ? repository : repository[scope]();
  }

  for (const scope of Object.keys(SCOPES) as ScopeName[]) {
    const { all, sum, average, minimum, maximum } = SCOPES[scope];
    const has = (name: string) => (all as readonly string[]).includes(name);

    it(`${scope}: find and findBy`, async () => {
      expect(names(await users(scope).find())).toEqual(all);
      expect(names(await users(scope).findBy({ points: MoreThan(0) }))).toEqual(all);
      expect(names(await users(scope).find({ where: [] }))).toEqual(all);
      const either = [{ name: "ada" }, { name: "bob" }];
      expect(names(await users(scope).find({ where: either }))).toEqual(
        all.filter((name) => ["ada", "bob"].includes(name)),
      );
      expect(names(await users(scope).findBy(either))).toEqual(
        all.filter((name) => ["ada", "bob"].includes(name)),
      );
    });

    it(`${scope}: find with order and pagination`, async () => {
      const page = await users(scope).find({ order: { points: "DESC" }, skip: 1, take: 1 });
      expect(names(page)).toEqual([[...all].reverse()[1]]);
    });

    it(`${scope}: findAndCount and findAndCountBy`, async () => {
      const [page, total] = await users(scope).findAndCount({ take: 1, order: { name: "ASC" } });
      expect([names(page), total]).toEqual([[all[0]], all.length]);
      const [found, count] = await users(scope).findAndCountBy([{ name: "ada" }, { name: "eve" }]);
      expect([names(found), count]).toEqual([
        all.filter((n) => n === "ada" || n === "eve"),
        found.length,
      ]);
    });

    it(`${scope}: findOne, findOneBy and their OrFail forms`, async () => {
      for (const name of ["ada", "bob"]) {
        const where = { name };
        expect((await users(scope).findOne({ where }))?.name).toBe(has(name) ? name : undefined);
        expect((await users(scope).findOneBy(where))?.name).toBe(has(name) ? name : undefined);
        if (has(name)) {
          expect((await users(scope).findOneOrFail({ where })).name).toBe(name);
          expect((await users(scope).findOneByOrFail(where)).name).toBe(name);
        } else {
          await expect(users(scope).findOneOrFail({ where })).rejects.toThrow(EntityNotFoundError);
          await expect(users(scope).findOneByOrFail(where)).rejects.toThrow(EntityNotFoundError);
        }
      }
      // As TypeORM's own.
      await expect(users(scope).findOne({})).rejects.toThrow(
        "You must provide selection conditions",
      );
    });

    it(`${scope}: count, countBy, exists and existsBy`, async () => {
      expect(await users(scope).count()).toBe(all.length);
      expect(await users(scope).countBy({ points: LessThan(30) })).toBe(all.length / 2);
      for (const name of ["ada", "bob"]) {
        expect(await users(scope).exists({ where: { name } })).toBe(has(name));
        expect(await users(scope).existsBy([{ name }, { name: "nobody" }])).toBe(has(name));
      }
      expect(await users(scope).exists()).toBe(true);
    });

    it(`${scope}: sum, average, minimum and maximum`, async () => {
      expect(await users(scope).sum("points")).toBe(sum);
      expect(await users(scope).average("points")).toBe(average);
      expect(await users(scope).minimum("points")).toBe(minimum);
      expect(await users(scope).maximum("points")).toBe(maximum);
      expect(await users(scope).sum("points", { name: "nobody" })).toBeNull();
      expect(await users(scope).sum("points", [{ name: "ada" }, { name: "bob" }])).toBe(
        (has("ada") ? 10 : 0) + (has("bob") ? 20 : 0),
      );
    });

    it(`${scope}: aggregates of a column that the entity does not have are refused`, async () => {
      const repository = users(scope);
      for (const column of ["score", "name.points", 'points") + (SELECT 4711', "points + 1"]) {
        for (const aggregate of ["sum", "average", "minimum", "maximum"] as const) {
          const attempt = async () => repository[aggregate](column as never);
          await expect(attempt()).rejects.toThrow(`"${column}" was not found`);
        }
      }
    });

    it(`${scope}: createQueryBuilder with where, orWhere and pagination`, async () => {
      const query = () => users(scope).createQueryBuilder("u");
      expect(names(await query().getMany())).toEqual(all);
      expect(
        names(await query().where("u.name = 'ada'").orWhere("u.name = 'bob'").getMany()),
      ).toEqual(all.filter((name) => name === "ada" || name === "bob"));
      expect(names(await query().orderBy("u.points", "DESC").skip(1).take(1).getMany())).toEqual([
        [...all].reverse()[1],
      ]);
      expect(await query().where("1 = 1").orWhere("1 = 1").getCount()).toBe(all.length);
      const [page, total] = await query().take(1).orderBy("u.name").getManyAndCount();
      expect([names(page), total]).toEqual([[all[0]], all.length]);
      const raw = await query()
        .select("u.name", "name")
        .where("u.points > 0")
        .getRawMany<{ name: string }>();
      expect(names(raw)).toEqual(all);
      expect(await query().select("SUM(u.points)", "total").getRawOne()).toEqual({
        total: expect.anything() as unknown,
      });
      expect(await query().where({ name: "ada" }).getExists()).toBe(has("ada"));
    });

    it(`${scope}: createQueryBuilder without an alias`, async () => {
      const query = users(scope).createQueryBuilder();
      expect(names(await query.where({ points: MoreThan(0) }).getMany())).toEqual(all);
    });

    it(`${scope}: a query as a subquery`, async () => {
      const inner = users(scope).createQueryBuilder("inner_user").select("inner_user.id");
      const found = await opened.dataSource
        .createQueryBuilder(User, "outer_user")
        .withDeleted()
        .where(`outer_user.id IN (${inner.getQuery()})`)
        .setParameters(inner.getParameters())
        .getMany();
      expect(names(found)).toEqual(all);
    });

    it(`${scope}: stays when the other one is used`, async () => {
      const scoped = users(scope);
      scoped.withDeleted();
      scoped.onlyDeleted();
      expect(names(await scoped.find())).toEqual(all);
      expect(names(await scoped.onlyDeleted().withDeleted().find())).toEqual(
        SCOPES.withDeleted.all,
      );
    });
  }

  describe("onlyDeleted", () => {
    it("respects the caller's own conditions on deletedAt", async () => {
      const trash = users("onlyDeleted");
      const now = new Date();
      const before = LessThan(new Date(now.getTime() + 60_000));
      expect(names(await trash.findBy({ deletedAt: before }))).toEqual(["ada", "dan"]);
      expect(
        names(await trash.findBy({ deletedAt: MoreThan(new Date(now.getTime() + 60_000)) })),
      ).toEqual([]);
      expect(names(await trash.findBy({ deletedAt: IsNull() }))).toEqual([]);
      expect(names(await trash.findBy([{ deletedAt: IsNull() }, { name: "ada" }]))).toEqual([
        "ada",
      ]);
      expect(names(await trash.findBy({ deletedAt: Not(IsNull()), name: In(["dan"]) }))).toEqual([
        "dan",
      ]);
      expect(
        names(
          await trash.findBy({ deletedAt: Between(new Date(0), new Date(now.getTime() + 60_000)) }),
        ),
      ).toEqual(["ada", "dan"]);
      const ada = await trash.findOneByOrFail({ name: "ada" });
      const exactly = ada.deletedAt ?? new Date(0);
      expect(names(await trash.findBy({ deletedAt: exactly }))).toEqual(["ada", "dan"]);
    });

    it("loads deleted relations of a deleted row", async () => {
      const ada = await users("onlyDeleted").findOneOrFail({
        where: { name: "ada" },
        relations: { posts: true },
      });
      expect(ada.posts.map((post) => post.title).sort()).toEqual(["first", "second"]);
    });

    it("takes conditions on relations", async () => {
      const posts = getSoftDeleteRepository(opened.dataSource, Post).onlyDeleted();
      const found = await posts.find({
        where: { author: { name: Like("a%") } },
        relations: { tags: true },
      });
      expect(found.map((post) => [post.title, post.tags.length]).sort()).toEqual([
        ["first", 1],
        ["second", 0],
      ]);
    });

    it("keeps to deleted rows through joins and pagination of the query builder", async () => {
      const posts = getSoftDeleteRepository(opened.dataSource, Post).onlyDeleted();
      const query = () =>
        posts
          .createQueryBuilder("post")
          .leftJoinAndSelect("post.author", "author")
          .leftJoinAndSelect("post.tags", "tag")
          .where("author.name = :name", { name: "ada" })
          .orWhere("author.name = :other", { other: "bob" });
      const [found, total] = await query().orderBy("post.title").skip(0).take(1).getManyAndCount();
      expect([found.map((post) => post.title), total]).toEqual([["first"], 2]);
      expect(found[0]?.author?.name).toBe("ada");
      expect(await query().getCount()).toBe(2);
    });

    it("counts under select, group and having", async () => {
      const rows = await users("onlyDeleted")
        .createQueryBuilder("u")
        .select("u.points", "points")
        .groupBy("u.points")
        .having("COUNT(*) = 1")
        .getRawMany();
      expect(rows).toHaveLength(2);
    });

    it("reads in one statement", async () => {
      const statements = await statementsOf(opened.dataSource, () => users("onlyDeleted").find());
      expect(statements).toHaveLength(1);
    });
  });

  it("are refused for an entity without them", () => {
    const plain = getSoftDeleteRepository(opened.dataSource, Plain);
    expect(() => plain.onlyDeleted()).toThrow(SoftDeleteConfigurationError);
    expect(() => plain.withDeleted()).toThrow("Plain cannot be soft-deleted");
  });
});
