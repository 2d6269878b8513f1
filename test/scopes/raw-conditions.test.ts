import {
  And,
  Column,
  DeleteDateColumn,
  Entity,
  IsNull,
  LessThan,
  Not,
  Or,
  PrimaryColumn,
  Raw,
} from "typeorm";

import { DeletionIdColumn, getSoftDeleteRepository, SoftDeleteManager } from "../../src";
import { describeEachDriver } from "../harness";
import { fill, names, openBlog, Post, User } from "../repository/blog";

const SOON = new Date(Date.now() + 3_600_000);
const escaping = Raw<Date>((column) => `${column} IS NULL OR 1 = 1`);
/** Conditions on the delete date that an OR of the caller's own would lead out of a scope by. */
const ESCAPING = {
  "a Raw()": escaping,
  "a Raw() with parameters": Raw<Date>((column) => `${column} < :soon OR 1 = :one`, {
    soon: SOON,
    one: 1,
  }),
  "Not(Raw())": Not(Raw<Date>((column) => `${column} IS NOT NULL AND 1 = 0`)),
  "And(Raw())": And(escaping),
  "Or(Raw())": Or(escaping, IsNull()),
  "Or(Not(Raw()))": Or(Not(Raw<Date>(() => "1 = 0")), LessThan(SOON)),
};

describeEachDriver("conditions on the delete date", (database) => {
  const opened = openBlog(database);
  beforeEach(() => fill(opened.dataSource));

  const users = () => getSoftDeleteRepository(opened.dataSource, User);
  const posts = () => getSoftDeleteRepository(opened.dataSource, Post);

  for (const [name, deletedAt] of Object.entries(ESCAPING)) {
    it(`stay in the scope with ${name}`, async () => {
      for (const trash of [
        users().onlyDeleted(),
        users().onlyDeleted({ relations: { posts: true } }),
      ]) {
        expect(names(await trash.findBy({ deletedAt }))).toEqual(["ada", "dan"]);
        const wheres = [{ deletedAt, name: "bob" }, { deletedAt }];
        expect(names(await trash.find({ where: wheres }))).toEqual(["ada", "dan"]);
        expect(await trash.countBy({ deletedAt, name: "bob" })).toBe(0);
        expect(await trash.sum("points", { deletedAt })).toBe(50);
        expect(await trash.existsBy([{ deletedAt, name: "eve" }])).toBe(false);
      }
      const active = users().withDeleted({ relations: { posts: true } });
      const where = { deletedAt, posts: { title: Not("none") } };
      expect(names(await active.find({ where }))).toEqual(["bob"]);
    });

    it(`stay in the scope with ${name} on a related row`, async () => {
      const where = { author: { deletedAt } };
      const all = async (found: Promise<Post[]>) => (await found).map(({ title }) => title).sort();

      expect(await all(posts().onlyDeleted().findBy(where))).toEqual(["first", "second"]);
      const trash = posts().onlyDeleted({ relations: { author: true } });
      expect(await all(trash.findBy(where))).toEqual(["first", "second"]);
      expect(await all(posts().withDeleted({ relations: {} }).findBy(where))).toEqual(["other"]);
    });
  }
});

class Gone {
  @DeleteDateColumn() at!: Date | null;
  @DeletionIdColumn({ name: "gone_by" }) by!: string | null;
  @Column({ default: "" }) note!: string;
}

@Entity()
class Parcel {
  @PrimaryColumn() id!: number;
  @Column(() => Gone) gone!: Gone;
}

describeEachDriver("conditions on an embedded delete date", (database) => {
  it("stay in the scope, in lists as well", async () => {
    const dataSource = await database.open([Parcel]);
    await dataSource.manager.insert(Parcel, [{ id: 1 }, { id: 2 }, { id: 3 }]);
    await new SoftDeleteManager(dataSource).softDelete(Parcel, [1, 2]);
    const trash = getSoftDeleteRepository(dataSource, Parcel).onlyDeleted();
    const ids = async (gone: unknown) =>
      (await trash.findBy({ gone } as never)).map(({ id }) => id).sort();

    for (const at of Object.values(ESCAPING)) expect(await ids({ at })).toEqual([1, 2]);
    expect(await ids({ note: "" })).toEqual([1, 2]);
    expect(await ids([{ note: "" }, { at: escaping }])).toEqual([1, 2]);
    expect(await ids([])).toEqual([1, 2]);
    expect(await ids([{ note: "none" }, { at: IsNull() }])).toEqual([]);
  });
});
