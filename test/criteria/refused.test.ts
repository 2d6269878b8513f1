import {
  And,
  Between,
  Equal,
  In,
  IsNull,
  JsonContains,
  LessThan,
  Like,
  MoreThan,
  Not,
  type DataSource,
} from "typeorm";

import {
  getSoftDeleteRepository,
  SoftDeleteCriteriaError,
  SoftDeleteManager,
  SoftDeleteSubscriber,
  type SoftDeleteRepository,
} from "../../src";
import { describeEachDriver, statementsOf } from "../harness";
import { CLUB, clubRows, Label, Member, Note, saveClub, Seat } from "./club";

const deep = (levels: number): object =>
  levels === 0 ? { id: 1 } : { notes: { author: deep(levels - 1) } };

/** What a request body, a missing variable or a slip may hold, and the words that say where. */
const REFUSED: readonly (readonly [title: string, criteria: unknown, words: string])[] = [
  ["an empty object", {}, "empty criteria"],
  ["an empty object in a list", [{ name: "ada" }, {}], "Member[1]"],
  ["undefined", undefined, "empty criteria"],
  ["null", null, "empty criteria"],
  ["an empty text", "", "empty criteria"],
  ["a list in a list", [[1, 2]], "Member[0] is a list within a list"],
  ["lists in a list", [[1], [2]], "Member[0] is a list within a list"],
  ["an empty list in a list", [[]], "Member[0] is a list within a list"],
  ["true", true, "Member is true"],
  ["NaN", NaN, "Member is NaN"],
  ["Infinity", Infinity, "Member is Infinity"],
  ["a text for a number", "ada", 'Member is "ada"'],
  ["digits with something behind them", "1 OR 1=1", 'Member is "1 OR 1=1"'],
  ["digits after a blank", " 1", 'Member is " 1"'],
  ["a fraction for a whole number", 1.5, "Member is 1.5"],
  ["a number past what the type holds", "99999999999999999999", "Member is"],
  ["a number that was rounded", 2 ** 53 + 2, "Member is 9007199254740994"],
  ["a Date for a number", new Date(), "Member is"],
  ["a Date for a text", { name: new Date(0) }, "Member.name is the Date 1970-01-01T00:00:00.000Z"],
  ["a function", () => "1 = 1", "Member is a function"],
  ["a symbol", Symbol("x"), "Member is Symbol(x)"],
  ["a Map", new Map([["id", 1]]), "an object of Map"],
  ["a promise", Promise.resolve(1), "an object of Promise"],
  ["a bare find operator", In([1]), "a find operator alone"],
  ["an object of the entity", Object.assign(new Member(), { id: 1 }), "Pass it to"],
  ["an unknown property", { nme: "ada" }, "Member.nme in the criteria is no property"],
  ["a property of Object", { constructor: "ada" }, "Member.constructor"],
  ["a parsed __proto__", JSON.parse('{"__proto__":{"id":1}}'), "Member.__proto__"],
  ["an undefined property", { name: undefined }, "Member.name is undefined"],
  ["a null property", { name: null }, "Member.name is null"],
  ["an operator of MongoDB", { name: { $ne: "" } }, "Member.name is an object"],
  ["a list for a column", { name: ["ada", "bob"] }, "Member.name is a list"],
  ["an empty list for a column", { name: [] }, "Member.name is a list"],
  ["true for a text", { name: true }, "Member.name is true"],
  ["NaN for a number", { score: NaN }, "Member.score is NaN"],
  ["text for a number", { score: "1x" }, 'Member.score is "1x"'],
  ["text for a boolean", { paid: "true" }, 'Member.paid is "true"'],
  ["a number for a Date", { joined: 0 }, "Member.joined is 0"],
  ["an invalid Date", { joined: new Date(NaN) }, "Member.joined is an invalid"],
  ["a Date of the year 20000", { joined: new Date("+020000-01-01") }, "Member.joined"],
  ["a day that is none", { joined: "2026-02-30" }, "Member.joined"],
  ["what is no member of an enum", { rank: "boss" }, "one of junior, senior"],
  ["a member's place in an enum", { rank: 1 }, "one of junior, senior"],
  ["text with NUL", { name: "a\0" }, "Member.name"],
  ["half a character", { name: "a\ud800" }, "Member.name"],
  ["a function for a column", { name: () => "1 = 1" }, "Member.name is a function"],
  ["an empty embedded object", { address: {} }, "Member.address"],
  ["a list of embedded objects", { address: [{ city: "oslo" }] }, "Member.address is a list"],
  ["null in an embedded object", { address: { city: null } }, "Member.address.city is null"],
  ["an unknown embedded property", { address: { street: "x" } }, "Member.address.street"],
  ["an empty relation", { notes: {} }, "Member.notes"],
  ["an empty relation beside the key", { id: 1, notes: {} }, "Member.notes"],
  ["an object of nothing beside the key", { id: 1, joined: { id: {} } }, "Member.joined"],
  ["an empty list for a relation", { notes: [] }, "Member.notes has an empty list"],
  ["a list of an empty object for a relation", { notes: [{}] }, "Member.notes[0]"],
  ["true for a relation", { notes: true }, "Member.notes is true"],
  ["a number for a relation", { notes: 1 }, "Member.notes is 1"],
  ["a list in a list for a relation", { notes: [[{ id: 1 }]] }, "Member.notes[0] is a list"],
  ["an empty list two relations down", { notes: [{ labels: [] }] }, "Member.notes[0].labels"],
  [
    "undefined two relations down",
    { notes: { labels: { id: undefined } } },
    "labels.id is undefined",
  ],
  ["an empty list back at the entity", { notes: { author: { notes: [] } } }, "author.notes"],
  ["a related object without a key", { notes: new Note() }, "Member.notes"],
  [
    "an object of another class",
    { notes: Object.assign(new Label(), { id: 1 }) },
    "an object of Label",
  ],
  ["a relation more than 20 levels deep", deep(12), "levels deep"],
  ["a count that is none", { notes: MoreThan(NaN) }, "Member.notes is NaN"],
  ["a count that is text", { notes: MoreThan("0) OR (1=1") }, "Member.notes is"],
  ["an operator on related rows that counts nothing", { notes: IsNull() }, '"isNull"'],
  ["Not of In of nothing", { id: Not(In([])) }, "an empty list"],
  ["Not of And of In of nothing", { id: Not(And(In([]), MoreThan(1))) }, "an empty list"],
  ["Not of Not of In of nothing", { id: Not(Not(Not(In([])))) }, "an empty list"],
  ["Not of null", { name: Not(null) }, "Member.name is null"],
  ["Equal of undefined", { name: Equal(undefined) }, "Member.name is undefined"],
  ["In with null", { score: In([1, null]) }, "Member.score is null"],
  ["In with a list", { score: In([[1]]) }, "Member.score is a list"],
  ["In of a text", { name: In("ada" as never) }, "Member.name is"],
  ["And of nothing", { name: And() }, "an empty list"],
  ["LessThan of text for a number", { score: LessThan("x") }, 'Member.score is "x"'],
  ["Between of one value", { score: Between(1, undefined) }, "Member.score is undefined"],
  ["Like of an object", { name: Like({} as never) }, "Member.name is an object"],
  ["JsonContains of nothing", { name: JsonContains({} as never) }, "Member.name"],
];

type Verb = (repository: SoftDeleteRepository<Member>, criteria: never) => Promise<unknown>;

const VERBS: Readonly<Record<string, Verb>> = {
  softDelete: (repository, criteria) => repository.softDelete(criteria),
  restore: (repository, criteria) => repository.restore(criteria),
  forceDelete: (repository, criteria) => repository.forceDelete(criteria),
  previewSoftDelete: (repository, criteria) => repository.previewSoftDelete(criteria),
  purge: (repository, where) => repository.purge({ olderThan: "1d", where }),
};

describeEachDriver("criteria that cannot be understood whole", (database) => {
  let dataSource: DataSource;
  const members = () => getSoftDeleteRepository(dataSource, Member);
  beforeAll(async () => {
    dataSource = await database.open(CLUB, { subscribers: [SoftDeleteSubscriber] });
    await saveClub(dataSource, clubRows());
  });

  describe.each(REFUSED.map(([title, criteria, words]) => ({ title, criteria, words })))(
    "$title",
    ({ criteria, words }) => {
      it.each(Object.entries(VERBS))(
        "are refused by %s, and nothing is sent",
        async (name, verb) => {
          // Without a where a purge is one of the whole table.
          if (name === "purge" && criteria === undefined) return;
          const statements = await statementsOf(dataSource, async () => {
            const error: unknown = await verb(members(), criteria as never).catch(
              (e: unknown) => e,
            );
            expect(error).toBeInstanceOf(SoftDeleteCriteriaError);
            expect((error as Error).message).toContain(words);
          });
          expect(statements).toEqual([]);
        },
      );
    },
  );

  it("are told of by the manager too, with the method's name", async () => {
    const manager = new SoftDeleteManager(dataSource);
    await expect(manager.softDelete(Note, { author: [] as never })).rejects.toThrow(
      "softDelete: Note.author has an empty list in the criteria",
    );
    await expect(manager.restore(Seat, 1)).rejects.toThrow(
      "restore: the primary key of Seat has several columns",
    );
    await expect(manager.purge(Note, { olderThan: "1d", where: 1 as never })).rejects.toThrow(
      SoftDeleteCriteriaError,
    );
  });
});
