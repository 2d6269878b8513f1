import { EntitySchema } from "typeorm";

import {
  DeletedByColumn,
  DeletedFlagColumn,
  DeleteReasonColumn,
  DeletionIdColumn,
  getSoftDeleteRepository,
  SoftDeleteConfigurationError,
  softDeleteSchema,
  SoftDeleteSubscriber,
  UniqueActive,
  withSoftDelete,
} from "../../src";
import { BLOG, User } from "../core/blog";
import { describeEachDatabase } from "../harness";

interface Row {
  id: number;
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- as TypeORM's users write it
const schema = new EntitySchema<Row>({
  name: "Row",
  columns: { id: { type: Number, primary: true } },
});

const REFUSED: readonly (readonly [string, (options: never) => unknown, unknown])[] = [
  ['with: there is no option "hardDeletes"', with_, { hardDeletes: "forbid" }],
  ['with: the option actor is "ada". Use a function', with_, { actor: "ada" }],
  ["with: the option clock is ", with_, { clock: new Date() }],
  ['with: the option hardDelete is "no". Use "allow" or "forbid"', with_, { hardDelete: "no" }],
  ["with: the option guardReferences is 1", with_, { guardReferences: 1 }],
  ["with: the options are null", with_, null],
  ["with: the options are null", with_, undefined],
  [
    'withSoftDelete: there is no option "deleteBy"',
    (options) => withSoftDelete(undefined, options),
    { deleteBy: true },
  ],
  [
    'withSoftDelete: the option deletedBy is "yes". Use true or false, or an object',
    (options) => withSoftDelete(undefined, options),
    { deletedBy: "yes" },
  ],
  [
    'DeletedByColumn: there is no option "lenght"',
    (options) => withSoftDelete(undefined, options),
    { deletedBy: { lenght: 5 } },
  ],
  ["DeletedByColumn: the option length is 0", DeletedByColumn, { length: 0 }],
  ['DeleteReasonColumn: the option length is "text"', DeleteReasonColumn, { length: "text" }],
  ['DeletedFlagColumn: there is no option "default"', DeletedFlagColumn, { default: true }],
  ["DeletionIdColumn: the option name is 5", DeletionIdColumn, { name: 5 }],
  ["DeletionIdColumn: the options are", DeletionIdColumn, "deletion_id"],
  ['UniqueActive: there is no option "generated"', UniqueActive, { generated: false }],
  ['UniqueActive: the option generatedColumn is "no"', UniqueActive, { generatedColumn: "no" }],
  ["UniqueActive: the option name is", (options) => UniqueActive(["a"], options), { name: 1 }],
  [
    'softDeleteSchema(Row): there is no option "policy"',
    (options) => softDeleteSchema(schema, options),
    { policy: { author: "CASCADE" } },
  ],
  [
    "softDeleteSchema(Row): the option policies is",
    (options) => softDeleteSchema(schema, options),
    { policies: ["author"] },
  ],
];

function with_(options: never): unknown {
  return SoftDeleteSubscriber.with(options);
}

describe("a declaration", () => {
  it.each(REFUSED)("is refused where it stands: %s", (message, declare, options) => {
    const declared = (): unknown => declare(options as never);
    expect(declared).toThrow(SoftDeleteConfigurationError);
    expect(declared).toThrow(message);
  });
});

describeEachDatabase("an actor of the subscriber", (database) => {
  it("that is no text is refused, and nothing is written", async () => {
    const actor = (() => Promise.resolve("ada")) as never;
    const dataSource = await database.open(BLOG, {
      subscribers: [SoftDeleteSubscriber.with({ actor })],
    });
    const users = getSoftDeleteRepository(dataSource, User);
    const { id } = await users.save({ name: "a" });
    const message = "actor() is Promise";
    await expect(users.softDelete(id)).rejects.toThrow(message);
    expect(await users.count()).toBe(1);
  });
});
