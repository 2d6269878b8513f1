import { In, IsNull, LessThan, Like, Not, type FindOptionsWhere } from "typeorm";

import {
  getSoftDeleteRepository,
  SoftDeleteConfigurationError,
  SoftDeleteCriteriaError,
  SoftDeleteManager,
} from "../../src";
import { describeEachDriver, statementsOf } from "../harness";
import { deleted, fill, openBlog, Plain, Post, Seat, User } from "./blog";

describeEachDriver("criteria of softDelete and restore", (database) => {
  const opened = openBlog(database);
  beforeEach(() => fill(opened.dataSource));
  const users = () => getSoftDeleteRepository(opened.dataSource, User);
  const posts = () => getSoftDeleteRepository(opened.dataSource, Post);
  const idOf = async (name: string) => (await users().withDeleted().findOneByOrFail({ name })).id;

  const WHERES: Record<
    string,
    [where: FindOptionsWhere<User> | FindOptionsWhere<User>[], names: string[]]
  > = {
    "a property": [{ name: "bob" }, ["bob"]],
    "several properties": [{ name: "bob", points: 80 }, []],
    "a list of objects": [
      [{ name: "bob" }, { points: 80 }],
      ["bob", "eve"],
    ],
    "a find operator": [{ points: LessThan(50) }, ["bob"]],
    "In of nothing": [{ name: In([]) }, []],
    Not: [{ name: Not("bob") }, ["eve"]],
    Like: [{ name: Like("%e") }, ["eve"]],
    "IsNull of the delete date": [{ deletedAt: IsNull() }, ["bob", "eve"]],
    "a list that also names deleted rows": [[{ name: "ada" }, { name: "eve" }], ["eve"]],
    "a condition on children": [{ posts: { title: "other" } }, ["bob"]],
  };
  for (const [title, [where, names]] of Object.entries(WHERES)) {
    it(`match by ${title}`, async () => {
      const result = await users().softDelete(where);

      const below = names.includes("bob") ? ["other"] : [];
      expect(await deleted(opened.dataSource)).toEqual(
        ["ada", "dan", "first", "second", ...names, ...below].sort(),
      );
      expect(result.affected).toBe(names.length);
      expect(result.total).toBe(names.length + below.length);
      expect(result.deletionId === null).toBe(names.length === 0);
      expect(result.deletedAt === null).toBe(names.length === 0);
    });
  }

  it("match by an id, a list of ids, and ids as text", async () => {
    const [bob, eve] = [await idOf("bob"), await idOf("eve")];
    expect((await users().softDelete(bob)).affected).toBe(1);
    expect((await users().softDelete([bob, eve])).affected).toBe(1);
    expect((await users().restore([bob, eve])).affected).toBe(2);
    expect((await users().softDelete([String(bob)])).affected).toBe(1);
  });

  it("match by UUIDs", async () => {
    const all = await posts().withDeleted().find();
    const ids = all.map((post) => post.id);
    const other = all.find((post) => post.title === "other");

    expect((await posts().softDelete(ids)).affected).toBe(1);
    expect((await posts().restore(other?.id ?? "")).affected).toBe(1);
    expect((await posts().softDelete({ id: In(ids) })).affected).toBe(1);
  });

  it("match by composite ids, whole or in part", async () => {
    const seats = getSoftDeleteRepository(opened.dataSource, Seat);
    await seats.save(
      ["a", "b"].flatMap((row) => [1, 2, 3].map((number) => seats.create({ row, number }))),
    );

    expect((await seats.softDelete({ row: "a", number: 1 })).affected).toBe(1);
    expect(
      (
        await seats.softDelete([
          { row: "a", number: 2 },
          { row: "b", number: 3 },
        ])
      ).affected,
    ).toBe(2);
    expect(await seats.count()).toBe(3);
    expect((await seats.restore({ row: "a" })).affected).toBe(2);
    const [seat] = await seats.find({ where: { row: "b" }, order: { number: "ASC" } });
    await seats.softRemove(seat as Seat);
    expect(seat?.isDeleted).toBe(true);
    expect(await seats.countBy({ row: "b" })).toBe(1);
  });

  it("match by properties of a parent", async () => {
    expect((await posts().softDelete({ author: { name: "bob" } })).affected).toBe(1);
    // A deleted parent is a parent too.
    await users()
      .restore({ name: "ada" })
      .then(() => posts().softDelete({ title: "first" }));
    await users().softDelete({ name: "ada" });
    expect(
      (await posts().restore({ author: { name: "ada" } }, { parents: "restore" })).affected,
    ).toBe(2);
    expect(await deleted(opened.dataSource)).toEqual(["dan", "other"]);
  });

  it("match by the id of a parent, in both forms", async () => {
    const bob = await idOf("bob");
    expect((await posts().softDelete({ author: { id: bob } })).affected).toBe(1);
    expect((await posts().restore({ author: { id: In([bob]) } })).affected).toBe(1);
  });

  it("never let an OR escape to rows that the operation is not about", async () => {
    const before = await users()
      .withDeleted()
      .find({ order: { id: "ASC" } });

    await users().restore([{ name: "bob" }, { name: "eve" }]);
    await users().softDelete([{ name: "ada" }, { name: "dan" }]);

    expect(
      await users()
        .withDeleted()
        .find({ order: { id: "ASC" } }),
    ).toEqual(before);
  });

  it("are a no-op as an empty list, without a statement", async () => {
    const statements = await statementsOf(opened.dataSource, async () => {
      expect(await users().softDelete([])).toMatchObject({
        affected: 0,
        deletionId: null,
        deletedAt: null,
        total: 0,
      });
      expect((await users().restore([])).affected).toBe(0);
      await users().softRemove([]);
      await users().recover([]);
    });

    expect(statements.filter((statement) => /UPDATE|SELECT/.test(statement))).toEqual([]);
  });

  const REFUSED: Record<string, unknown> = {
    "an empty object": {},
    undefined,
    null: null,
    "an empty text": "",
    "an undefined property": { name: undefined },
    "a null property": { name: null },
    "an empty object in a list": [{ name: "bob" }, {}],
    "undefined in a list": [1, undefined],
    "an undefined property of a parent": { posts: { title: undefined } },
    "an empty object for a relation": { posts: {} },
    "a bare find operator": In([1]),
  };
  for (const [title, criteria] of Object.entries(REFUSED)) {
    it(`are refused when they are ${title}, and nothing is written`, async () => {
      const before = await deleted(opened.dataSource);
      const statements = await statementsOf(opened.dataSource, async () => {
        for (const verb of ["softDelete", "restore"] as const) {
          await expect(users()[verb](criteria as number)).rejects.toThrow(SoftDeleteCriteriaError);
        }
      });

      expect(statements).toEqual([]);
      expect(await deleted(opened.dataSource)).toEqual(before);
    });
  }

  it("are refused for an entity that cannot be soft-deleted", async () => {
    const plain = getSoftDeleteRepository(opened.dataSource, Plain);
    const error: unknown = await plain.softDelete(1).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SoftDeleteConfigurationError);
    expect(error).toMatchObject({
      code: "SOFT_DELETE_CONFIGURATION",
      message: expect.stringContaining("Plain cannot be soft-deleted") as string,
    });
    await expect(plain.restore(1)).rejects.toThrow(SoftDeleteConfigurationError);
    await expect(plain.softRemove({ id: 1 })).rejects.toThrow(SoftDeleteConfigurationError);
    await expect(plain.recover({ id: 1 })).rejects.toThrow(SoftDeleteConfigurationError);
  });

  it("may be more than a statement holds parameters, under one deletion id", async () => {
    const ids = Array.from({ length: 31_000 }, (_, index) => index + 1_000_000);
    const bob = await idOf("bob");
    const eve = await idOf("eve");

    const result = await new SoftDeleteManager(opened.dataSource).softDelete(User, [
      bob,
      ...ids,
      eve,
    ]);

    expect(result.affected).toBe(2);
    const carried = await users()
      .onlyDeleted()
      .findBy({ deletionId: result.deletionId ?? "" });
    expect(carried).toHaveLength(2);
  });
});
