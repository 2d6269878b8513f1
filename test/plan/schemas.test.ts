/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- TypeORM takes the options of an EntitySchema as a literal */
import { EntitySchema, QueryFailedError } from "typeorm";

import {
  getSoftDeleteRepository,
  softDeleteSchema,
  softDeleteSchemaColumns,
  softDeleteSchemaIndices,
  SoftDeleteManager,
  type SoftDeletePolicy,
  type SoftDeleteSchemaOptions,
} from "../../src";
import { describeEachDatabase, recordStatements, SnakeNamingStrategy } from "../harness";
import { SUBSCRIBED } from "./round-trip";

interface AccountRow {
  id: number;
  email: string;
  deletedAt: Date | null;
  deletionId: string | null;
  by: string | null;
  why: string | null;
  gone: boolean;
}

interface LetterRow {
  id: number;
  removedAt: Date | null;
  removal: string | null;
  account: AccountRow;
}

// A schema is given its annotations, indexes and columns for good.
const account = (options?: SoftDeleteSchemaOptions) =>
  softDeleteSchema(
    new EntitySchema<AccountRow>({
      name: "Account",
      columns: {
        id: { type: Number, primary: true },
        email: { type: String },
        ...softDeleteSchemaColumns,
        by: { type: "varchar", length: 255, nullable: true },
        why: { type: "varchar", length: 255, nullable: true },
        gone: { type: "boolean", default: false },
      },
      indices: softDeleteSchemaIndices,
    }),
    options,
  );
const letter = (policies: Record<string, SoftDeletePolicy>) =>
  softDeleteSchema(
    new EntitySchema<LetterRow>({
      name: "Letter",
      columns: {
        id: { type: Number, primary: true },
        removedAt: { ...softDeleteSchemaColumns.deletedAt, name: "Removed On" },
        removal: softDeleteSchemaColumns.deletionId,
      },
      relations: { account: { type: "many-to-one", target: "Account" } },
    }),
    { deletionId: "removal", policies },
  );

const FULL: SoftDeleteSchemaOptions = {
  deletedBy: "by",
  deleteReason: "why",
  deletedFlag: "gone",
  uniqueActive: [["email"]],
};

describeEachDatabase("an EntitySchema", (database) => {
  const type = database.server === "mariadb" ? { type: "mariadb" as const } : {};
  const options = { ...SUBSCRIBED, ...type, namingStrategy: new SnakeNamingStrategy() };

  it("has notes, a flag, keys among active rows and the indexes that classes have", async () => {
    const [Account, Letter] = [account(FULL), letter({ account: "CASCADE" })];
    const dataSource = await database.open([Account, Letter], options);
    const accounts = getSoftDeleteRepository(dataSource, Account);
    const letters = getSoftDeleteRepository(dataSource, Letter);
    await accounts.save({ id: 1, email: "a" });
    await letters.save({ id: 1, account: { id: 1 } });

    await accounts.softDelete(1, { actor: "ada", reason: "spring" });
    expect(await accounts.onlyDeleted().find()).toMatchObject([{ by: "ada", why: "spring" }]);
    expect(await letters.count()).toBe(0);
    await accounts.save({ id: 2, email: "a" });
    await expect(accounts.save({ id: 3, email: "a" })).rejects.toThrow(QueryFailedError);
    await accounts.forceDelete(2);
    await accounts.restore(1);
    expect(await accounts.find()).toMatchObject([{ by: null, why: null }]);
    expect(await letters.count()).toBe(1);

    const found = (await new SoftDeleteManager(dataSource).check())
      .filter(({ entity }) => entity === "Account")
      .map(({ code }) => code);
    expect(found.filter((code) => code !== "timestamp-without-time-zone")).toEqual([]);
  });

  it("leaves nothing to change for a second synchronize, nor for migration:generate", async () => {
    const dataSource = await database.open([account(FULL), letter({})], options);
    const recording = recordStatements(dataSource);
    await dataSource.synchronize();
    expect(recording.statements.filter((text) => /^(ALTER|CREATE|DROP)/.test(text))).toEqual([]);
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect(upQueries).toEqual([]);
  });

  it("is told of a policy on a relation that it does not have, at start", async () => {
    const opened = database.open([account(), letter({ acount: "CASCADE" })], options);
    await expect(opened).rejects.toThrow(
      "Letter.acount: there is no such relation. There are: account.",
    );
  });

  it("is refused with the columns of a copy, and without softDeleteSchema()", async () => {
    const Forgotten = new EntitySchema<LetterRow>({
      name: "Forgotten",
      columns: {
        id: { type: Number, primary: true },
        removedAt: softDeleteSchemaColumns.deletedAt,
        removal: { ...softDeleteSchemaColumns.deletionId, name: "removal_id" },
      },
    });
    await expect(database.open([Forgotten], options)).rejects.toThrow(
      "Forgotten.removal: the schema has the columns of softDeleteSchemaColumns",
    );
  });
});

describe("softDeleteSchema()", () => {
  it("refuses a misspelt policy, option and column", () => {
    const policies = { account: "CASCAD" } as unknown as Record<string, SoftDeletePolicy>;
    expect(() => letter(policies)).toThrow('Letter.account: "CASCAD" is not a policy.');
    const misspelt = { policy: {} } as SoftDeleteSchemaOptions;
    expect(() => account(misspelt)).toThrow(
      'softDeleteSchema(Account): there is no option "policy". Use deletionId,',
    );
    expect(() => account({ deletedBy: "bye" })).toThrow("Account.bye: there is no such column.");
  });
});
