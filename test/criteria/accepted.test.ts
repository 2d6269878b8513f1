import {
  Any,
  ArrayContains,
  Between,
  Column,
  Entity,
  Equal,
  ILike,
  In,
  IsNull,
  JsonContains,
  LessThanOrEqual,
  Like,
  MoreThan,
  Not,
  Or,
  PrimaryColumn,
  Raw,
  VirtualColumn,
  type DataSource,
} from "typeorm";

import { getSoftDeleteRepository, SoftDeletable, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase, statementsOf } from "../harness";
import { CLUB, clubRows, Label, Member, Note, Rank, saveClub, Seat } from "./club";

const upper = {
  to: (value: string) => value.toUpperCase(),
  from: (value: string) => value.toLowerCase(),
};

@Entity("odd_columns")
class Odd extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column({ type: "varchar", length: 40, transformer: upper }) code!: string;
  @Column({ type: "simple-array" }) words!: string[];
  @VirtualColumn({ query: (alias) => `SELECT ${alias}.id * 2` }) twice!: number;
}

type Case = readonly [title: string, where: object | object[], ids: readonly number[]];
const all = clubRows();
const idsOf = <Row extends { id: number }>(rows: readonly Row[], test: (row: Row) => boolean) =>
  rows.filter(test).map(({ id }) => id);
const member = (test: (row: Member) => boolean): readonly number[] => idsOf(all.members, test);
const note = (test: (row: Note) => boolean): readonly number[] => idsOf(all.notes, test);

const MEMBERS: readonly Case[] = [
  ["an embedded column", { address: { city: "oslo" } }, member((m) => m.address.city === "oslo")],
  [
    "a relation in an embedded object",
    { address: { notedBy: { name: "ada" } } },
    member((m) => m.address.notedBy?.name === "ada"),
  ],
  [
    "the key of a relation in an embedded object",
    { address: { notedBy: { id: 4 } } },
    member((m) => m.address.notedBy?.id === 4),
  ],
  ["how many rows are related", { notes: MoreThan(1) }, member((m) => m.notes.length > 1)],
  ["how few rows are related", { notes: LessThanOrEqual(1) }, member((m) => m.notes.length <= 1)],
  [
    "one or another related row",
    { notes: [{ title: "one" }, { id: 4 }] },
    member((m) => m.notes.some((n) => n.title === "one" || n.id === 4)),
  ],
  [
    "rows two relations away",
    { notes: { labels: { name: "red" } } },
    member((m) => m.notes.some((n) => n.labels.some((l) => l.name === "red"))),
  ],
  [
    "one condition or another, two relations away",
    { notes: [{ labels: { name: "red" } }, { title: "three" }] },
    member((m) =>
      m.notes.some((n) => n.title === "three" || n.labels.some((l) => l.name === "red")),
    ),
  ],
  [
    "an object of the related class",
    { notes: all.notes[3]! },
    member((m) => m.notes.some((n) => n.id === 4)),
  ],
  ["a boolean", { paid: true }, member((m) => m.paid)],
  ["a member of an enum", { rank: Rank.senior }, member((m) => m.rank === Rank.senior)],
  [
    "a Date",
    { joined: new Date("2026-01-01T00:00:00Z") },
    member((m) => m.joined?.getMonth() === new Date("2026-01-01T00:00:00Z").getMonth()),
  ],
  [
    "digits that a floating-point number does not hold",
    { account: "9007199254740993" },
    member((m) => m.account === "9007199254740993"),
  ],
  ["a bigint", { account: 9007199254740993n }, member((m) => m.account === "9007199254740993")],
  ["a number for a text, as text", { name: 0 }, []],
  ["Or", { score: Or(Equal(5), IsNull()) }, member((m) => m.score === 5 || m.score === null)],
  ["Not of In", { name: Not(In(["ada", "bob"])) }, member((m) => !["ada", "bob"].includes(m.name))],
  ["In of nothing", { name: In([]) }, []],
  ["ILike", { name: ILike("AD%") }, member((m) => m.name === "ada")],
  ["Between", { score: Between(0, 1) }, member((m) => m.score === 0 || m.score === 1)],
  [
    "Raw with parameters",
    { name: Raw((column) => `${column} = :name OR ${column} = 'bob'`, { name: "ada" }), id: 1 },
    [1],
  ],
];

const NOTES: readonly Case[] = [
  ["a parent's property", { author: { name: "ada" } }, note((n) => n.author?.name === "ada")],
  ["no parent", { author: IsNull() }, note((n) => n.author === null)],
  ["a property that is null of no parent", { author: { id: IsNull() } }, []],
  ["any parent", { author: Not(IsNull()) }, note((n) => n.author !== null)],
  [
    "the key of a parent, by an operator",
    { author: In([1, 3]) },
    note((n) => [1, 3].includes(n.author?.id ?? 0)),
  ],
  [
    "keys of parents",
    { author: [{ id: 1 }, { id: 3 }] },
    note((n) => [1, 3].includes(n.author?.id ?? 0)),
  ],
  ["an object of the parent's class", { author: all.members[0]! }, note((n) => n.author?.id === 1)],
  ["how many labels", { labels: MoreThan(1) }, note((n) => n.labels.length > 1)],
  [
    "a row of the same table, over another",
    { author: { notes: { title: "two" } } },
    note((n) => n.author?.notes.some((other) => other.title === "two") ?? false),
  ],
  [
    "a label, over the junction",
    { labels: { name: Like("%r%") } },
    note((n) => n.labels.some((l) => l.name.includes("r"))),
  ],
];

describeEachDatabase("criteria that find() understands", (database) => {
  let dataSource: DataSource;
  beforeAll(async () => {
    dataSource = await database.open([...CLUB, Odd], { subscribers: [SoftDeleteSubscriber] });
    await saveClub(dataSource, all);
    await dataSource.manager.insert(Odd, [
      { id: 1, code: "x", words: ["a", "b"] },
      { id: 2, code: "y", words: ["c"] },
    ]);
  });

  const taken = async (entity: new () => SoftDeletable & { id: number }, where: object) => {
    const repository = getSoftDeleteRepository(dataSource, entity);
    const preview = await repository.previewSoftDelete(where);
    const { affected, deletionId } = await repository.softDelete(where);
    const rows = await repository.onlyDeleted().find({ order: { id: "ASC" } as object });
    if (deletionId) await repository.restoreDeletion(deletionId);
    expect(preview.total).toBe(affected);
    return rows.map(({ id }) => id);
  };

  it.each(MEMBERS)("match by %s", async (_title, where, ids) => {
    expect(await taken(Member, where)).toEqual(ids);
  });

  it.each(NOTES)("match across a foreign key by %s", async (_title, where, ids) => {
    expect(await taken(Note, where)).toEqual(ids);
  });

  it("match a transformed column by its own values, patterns too", async () => {
    expect(await taken(Odd, { code: "x" })).toEqual([1]);
    expect(await taken(Odd, { code: Not("x") })).toEqual([2]);
    expect(await taken(Odd, { code: Like("x%") })).toEqual([1]);
    expect(await taken(Odd, { code: In(["x", "y"]) })).toEqual([1, 2]);
  });

  it("match a virtual column, and one that holds a list as text", async () => {
    expect(await taken(Odd, { twice: 4 })).toEqual([2]);
    expect(await taken(Odd, { words: Like("%b%") })).toEqual([1]);
  });

  it("match part of a composite key, and a whole one by one parameter", async () => {
    const seats = getSoftDeleteRepository(dataSource, Seat);
    await seats.insert([
      { row: "a", number: 1 },
      { row: "a", number: 2 },
      { row: "b", number: 1 },
    ]);
    expect((await seats.softDelete({ row: "a" })).affected).toBe(2);
    expect((await seats.restore({ row: "a", number: 1 })).affected).toBe(1);
    expect((await seats.restore([{ row: "a", number: 2 }, { row: "b" }])).affected).toBe(1);
  });

  it("do not read the related table where its key alone is asked for", async () => {
    const notes = getSoftDeleteRepository(dataSource, Note);
    const statements = await statementsOf(dataSource, () =>
      notes.previewSoftDelete({ author: { id: In([1, 2]) } }),
    );
    expect(statements.some((one) => one.includes("club_member"))).toBe(false);
  });

  it("take no more parameters for an In than one, and any number of conditions on related rows", async () => {
    const notes = getSoftDeleteRepository(dataSource, Note);
    const ids = Array.from({ length: 70_000 }, (_, index) => index + 2);
    expect((await notes.previewSoftDelete({ id: In(ids) })).total).toBe(13);
    expect((await notes.previewSoftDelete({ id: Not(In(ids)) })).total).toBe(1);
    const authors = Array.from({ length: 3_000 }, (_, id) => ({ id, name: "ada" }));
    expect((await notes.previewSoftDelete({ author: authors })).total).toBe(
      note((n) => n.author?.name === "ada").length,
    );
    const names = Array.from({ length: 20_001 }, (_, index) => ({ name: String(index) }));
    await expect(notes.previewSoftDelete({ author: names })).rejects.toThrow(
      "more than 20000 values",
    );
  });

  it("name what they named before the call, however many statements it takes", async () => {
    const members = getSoftDeleteRepository(dataSource, Member);
    // Once the first members are gone, the second statement would find the rest by that.
    const deleted = { notedBy: { deletedAt: Not(IsNull()) } };
    const wheres = [
      { name: "ada" },
      ...Array.from({ length: 200 }, (_, index) => ({ name: `nobody ${String(index)}` })),
      { address: deleted },
    ];
    const ids = member((m) => m.name === "ada");
    expect((await members.previewSoftDelete(wheres)).total).toBe(ids.length);
    const { deletionId } = await members.softDelete(wheres);
    const rows = await members.onlyDeleted().find({ order: { id: "ASC" } });
    expect(rows.map(({ id }) => id)).toEqual(ids);
    await members.restoreDeletion(deletionId ?? "");
  });

  it("know the operators on arrays and JSON where the database has them", async () => {
    if (database.name !== "postgres") {
      await expect(taken(Member, { name: Any(["ada"]) })).rejects.toThrow('find operator "any"');
      await expect(taken(Member, { name: ArrayContains(["ada"]) })).rejects.toThrow(
        "arrayContains",
      );
      await expect(taken(Member, { name: JsonContains({ a: 1 }) })).rejects.toThrow("jsonContains");
      return;
    }
    expect(await taken(Member, { name: Any(["ada"]) })).toEqual(member((m) => m.name === "ada"));
  });

  it("leave out rows of a purge that its conditions lead to at any depth", async () => {
    const notes = getSoftDeleteRepository(dataSource, Note);
    const where = { author: { notes: { title: "two" } } };
    await expect(notes.purge({ olderThan: "1d", where })).rejects.toThrow(
      "Member.notes in the where",
    );
    expect((await notes.purge({ olderThan: "1d", where: { author: { name: "ada" } } })).total).toBe(
      0,
    );
    expect(await dataSource.manager.countBy(Label, {})).toBe(3);
  });
});
