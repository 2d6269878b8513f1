import {
  Column,
  Entity,
  EventSubscriber,
  Index,
  ManyToOne,
  PrimaryGeneratedColumn,
  type EntityManager,
  type QueryDeepPartialEntity,
} from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteCriteriaError,
  SoftDeleteLog,
  SoftDeleteManager,
  SoftDeleteRestrictedError,
  SoftDeleteSubscriber,
  type SoftDeleteEvent,
} from "../../src";
import { describeEachDriver, statementsOf } from "../harness";
import {
  Author,
  Book,
  deletions,
  fill,
  LIBRARY,
  Loan,
  openLibrary,
  rowOf,
  Shelf,
} from "../subscriber/library";

const AT = new Date("2024-02-03T04:05:06.789Z");

@Entity("club")
class Club extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ unique: true }) name!: string;
  @Column({ default: "hall" }) place!: string;
}

@Entity("club_member")
class Member extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @Index() @ManyToOne(() => Club) @OnSoftDelete("CASCADE") club!: Club;
}

@Entity("club_fee")
class Fee {
  @PrimaryGeneratedColumn() id!: number;
  @Index() @ManyToOne(() => Club) @OnSoftDelete("RESTRICT") club!: Club;
}

let told: string[] = [];
let veto = false;

@EventSubscriber()
class Listening extends SoftDeleteSubscriber {
  override afterSoftDelete({ affected, counts, deletionId }: SoftDeleteEvent): void {
    told.push(`${String(affected)} ${JSON.stringify(counts)} ${deletionId}`);
    if (veto) throw new Error("vetoed");
  }
}

describeEachDriver("announced writes", (database) => {
  const opened = openLibrary(database, [Listening], [...LIBRARY, Club, Member, Fee, SoftDeleteLog]);
  beforeEach(async () => {
    for (const entity of [Fee, Member, Club, SoftDeleteLog])
      await opened.dataSource.manager.deleteAll(entity);
    [told, veto] = [[], false];
  });

  describe("insert of a deleted row", () => {
    const shelf = (name: string) => ({
      name,
      deletedAt: AT,
      books: [{ name: `${name} 1`, pages: [{ name: `${name} 1.1` }] }, { name: `${name} 2` }],
    });

    it("takes what is inserted below it along, into its deletion", async () => {
      const { dataSource } = opened;

      const saved = await dataSource.manager.save(
        Shelf,
        dataSource.manager.create(Shelf, shelf("s")),
      );

      expect(await deletions(dataSource)).toEqual([["s", "s 1", "s 1.1", "s 2"]]);
      const { deletionId } = await rowOf(dataSource, "s");
      expect((await rowOf(dataSource, "s 1.1")).deletedAt).toEqual(AT);
      expect(saved.books.map((book) => book.deletionId)).toEqual([deletionId, deletionId]);
      expect(told).toEqual([`1 {"Shelf":1,"Book":2,"Page":1} ${String(deletionId)}`]);
      await getSoftDeleteRepository(dataSource, Shelf).restoreDeletion(deletionId!);
      expect(await deletions(dataSource)).toEqual([]);
    });

    it("keeps the deletions of several apart, and logs each", async () => {
      const { dataSource } = opened;
      const { manager } = dataSource;

      await manager.save(
        Shelf,
        manager.create(Shelf, [shelf("s"), shelf("t"), { name: "active" }]),
      );

      expect(await deletions(dataSource)).toEqual([
        ["s", "s 1", "s 1.1", "s 2"],
        ["t", "t 1", "t 1.1", "t 2"],
      ]);
      const [id, other] = [await rowOf(dataSource, "s"), await rowOf(dataSource, "t")];
      const logged = await new SoftDeleteManager(dataSource).deletions();
      const found = logged.map(({ deletionId, total }) => [deletionId, total]);
      expect(found).toHaveLength(2);
      expect(found).toEqual(
        expect.arrayContaining([
          [id.deletionId, 4],
          [other.deletionId, 4],
        ]),
      );
    });

    it("costs as many statements by the hundred as one by one", async () => {
      const { dataSource } = opened;
      const insert = async (from: number, count: number): Promise<string[]> => {
        const statements = await statementsOf(dataSource, () =>
          dataSource.manager.insert(
            Shelf,
            Array.from({ length: count }, (_, index) => ({
              name: `many ${String(from + index)}`,
              deletedAt: new Date(),
            })),
          ),
        );
        // TypeORM asks sql.js for each id.
        return statements.filter((statement) => !statement.includes("last_insert_rowid"));
      };
      const one = await insert(0, 1);
      const hundred = await insert(1, 100);
      expect(hundred).toHaveLength(one.length);
    });

    it("is refused while an active row that restricts it is inserted below it", async () => {
      const { dataSource } = opened;
      const { manager } = dataSource;
      const author = manager.create(Author, { name: "ada", deletedAt: AT });
      const loan = Object.assign(manager.create(Loan, { name: "loan" }), { author });

      await expect(manager.save([author, loan])).rejects.toThrow(SoftDeleteRestrictedError);

      expect([
        await manager.count(Loan),
        await manager.count(Author, { withDeleted: true }),
      ]).toEqual([0, 0]);
    });

    for (const place of ["autocommit", "the caller's transaction"]) {
      it(`leaves nothing behind where a listener vetoes it, in ${place}`, async () => {
        const { dataSource } = opened;
        const insert = (manager: EntityManager) =>
          manager.insert(Author, [
            { name: "old", deletedAt: AT },
            { name: "older", deletedAt: AT },
          ]);
        veto = true;

        await (place === "autocommit"
          ? expect(insert(dataSource.manager)).rejects.toThrow("vetoed")
          : dataSource.transaction((manager) => expect(insert(manager)).rejects.toThrow("vetoed")));

        expect(await dataSource.manager.count(Author, { withDeleted: true })).toBe(0);
        expect(await dataSource.manager.count(SoftDeleteLog)).toBe(0);
      });
    }

    it("belongs to a deletion where the statement names the date and not the id", async () => {
      const { dataSource } = opened;
      const insert = (rows: object[]) =>
        dataSource
          .createQueryBuilder()
          .insert()
          .into(Author, ["name", "deletedAt", "version"])
          .values(rows.map((row) => ({ ...row, version: 1 })))
          .execute();

      await insert([
        { name: "old", deletedAt: AT },
        { name: "new", deletedAt: null },
      ]);
      await Promise.all([
        insert([{ name: "now", deletedAt: () => "CURRENT_TIMESTAMP" }]),
        insert([{ name: "active" }]),
      ]);

      expect(await deletions(dataSource)).toEqual([["now"], ["old"]]);
      expect((await rowOf(dataSource, "old")).deletedAt).toEqual(AT);
      expect(told).toHaveLength(2);
      await getSoftDeleteRepository(dataSource, Author).restore({ name: "old" });
      expect(await deletions(dataSource)).toEqual([["now"]]);
    });

    it("has the time of its deletion where an expression sets the date", async () => {
      const { dataSource } = opened;

      await dataSource.manager.insert(Author, {
        name: "old",
        deletedAt: () => "CURRENT_TIMESTAMP",
      });

      const { deletedAt, deletionId } = await rowOf(dataSource, "old");
      expect(Number.parseInt(String(deletionId).replaceAll("-", "").slice(0, 12), 16)).toBe(
        deletedAt?.getTime(),
      );
    });
  });

  describe("upsert", () => {
    const upsert = (rows: QueryDeepPartialEntity<Club>[]) =>
      opened.dataSource.manager.upsert(Club, rows, ["name"]);

    /** A club with two members, and one without. */
    async function clubs(): Promise<Club> {
      const { manager } = opened.dataSource;
      const club = await manager.save(Club, { name: "chess" });
      await manager.save(Club, { name: "go" });
      await manager.save(Member, [
        { name: "ada", club },
        { name: "bob", club },
      ]);
      return club;
    }

    async function deletedClubs(): Promise<string[][]> {
      const { manager } = opened.dataSource;
      const all: (Club | Member)[] = [
        ...(await manager.find(Club, { withDeleted: true })),
        ...(await manager.find(Member, { withDeleted: true })),
      ];
      const groups = new Map<string, string[]>();
      for (const { name, deletedAt, deletionId } of all) {
        expect([name, deletedAt === null]).toEqual([name, deletionId === null]);
        if (deletionId) groups.set(deletionId, [...(groups.get(deletionId) ?? []), name].sort());
      }
      return [...groups.values()].sort((a, b) => String(a).localeCompare(String(b)));
    }

    it("that sets the date of rows deletes them with cascade", async () => {
      await clubs();

      await upsert([
        { name: "chess", deletedAt: AT },
        { name: "copy", deletedAt: AT },
      ]);

      expect(await deletedClubs()).toEqual([["ada", "bob", "chess"], ["copy"]]);
      expect(told).toHaveLength(2);
    });

    it("that clears the date of a row restores it exactly", async () => {
      const { dataSource } = opened;
      const { id } = await clubs();
      await dataSource.getRepository(Member).softDelete({ name: "bob" });
      await dataSource.getRepository(Club).softDelete(id);

      await upsert([{ name: "chess", deletedAt: null }]);

      expect(await deletedClubs()).toEqual([["bob"]]);
    });

    it("that leaves the date out changes nothing of it", async () => {
      const { id } = await clubs();
      await opened.dataSource.getRepository(Club).softDelete(id);

      await upsert([{ name: "chess", place: "cellar" }]);

      expect(await deletedClubs()).toEqual([["ada", "bob", "chess"]]);
    });

    it("is put back where an active row restricts the deletion", async () => {
      const club = await clubs();
      await opened.dataSource.manager.save(Fee, { club });

      const call = upsert([{ name: "chess", deletedAt: AT }]);

      await expect(call).rejects.toThrow(SoftDeleteRestrictedError);
      expect(await deletedClubs()).toEqual([]);
    });

    it("asks the database no more where it leaves the date alone", async () => {
      await clubs();
      const statements = await statementsOf(opened.dataSource, () =>
        upsert([{ name: "chess", place: "cellar" }]),
      );
      const reads = statements.filter((statement) => !statement.startsWith("INSERT"));
      expect(reads.filter((statement) => /deletion_?id/i.test(statement))).toEqual([]);
    });
  });

  describe("what is neither a date nor null", () => {
    const EXPRESSIONS = ["NULLIF(1, 1)", "'2020-01-01 00:00:00'", "CASE WHEN 1 = 1 THEN NULL END"];
    for (const expression of EXPRESSIONS) {
      it(`is refused: ${expression}`, async () => {
        const { dataSource } = opened;
        const { ada } = await fill(dataSource);
        await dataSource.getRepository(Author).softDelete({ name: "bob" });
        const before = await deletions(dataSource);
        const deletedAt = () => expression;

        for (const call of [
          dataSource.manager.update(Author, { name: "bob" }, { deletedAt }),
          dataSource.manager.update(Author, ada.id, { deletedAt }),
          dataSource.manager.insert(Author, { name: "copy", deletedAt }),
        ]) {
          await expect(call).rejects.toThrow(SoftDeleteCriteriaError);
          await expect(call).rejects.toThrow(`Author.deletedAt is set by the SQL expression`);
        }

        expect(await deletions(dataSource)).toEqual(before);
        expect(await dataSource.manager.countBy(Author, { name: "copy" })).toBe(0);
      });
    }

    for (const value of [new Date(NaN), "soon", "", 1700000000000, true, {}]) {
      it(`is refused: ${typeof value} ${JSON.stringify(value)}`, async () => {
        const { dataSource } = opened;
        const { ada } = await fill(dataSource);
        const deletedAt = value as Date;

        for (const call of [
          dataSource.manager.update(Author, ada.id, { deletedAt }),
          dataSource.manager.save(Author, { id: ada.id, deletedAt }),
          dataSource.manager.save(Author, { name: "copy", deletedAt }),
        ]) {
          await expect(call).rejects.toThrow(SoftDeleteCriteriaError);
        }

        expect(await deletions(dataSource)).toEqual([]);
        expect(await dataSource.manager.countBy(Author, { name: "copy" })).toBe(0);
      });
    }

    it("is taken in the forms that TypeORM reads a date from", async () => {
      const { dataSource } = opened;
      const { ada } = await fill(dataSource);
      const set = (name: string, deletedAt: unknown) =>
        dataSource.manager.update(Book, { name }, { deletedAt: deletedAt as Date });

      await set("engines", AT.toISOString());
      await set("notes", () => (database.name === "better-sqlite3" ? "datetime('now')" : "NOW()"));
      await set("ropes", () => " current_timestamp ");

      expect(await deletions(dataSource)).toEqual([
        ["engines", "engines 1", "engines 2"],
        ["notes", "notes 1", "notes 2"],
        ["ropes", "ropes 1", "ropes 2"],
      ]);
      await set("engines", () => "(null)");
      expect(await deletions(dataSource)).toHaveLength(2);
      expect(ada.books).toHaveLength(2);
    });
  });
});
