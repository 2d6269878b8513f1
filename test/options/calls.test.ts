import type { DataSource } from "typeorm";

import {
  deletionContext,
  getSoftDeleteRepository,
  SoftDeleteLog,
  SoftDeleteManager,
  SoftDeleteOptionError,
  SoftDeleteSubscriber,
  type SoftDeleteRepository,
} from "../../src";
import { Note, Notebook, NOTEBOOKS, fillNotebooks } from "../active-record/notebook";
import { describeEachDatabase } from "../harness";

interface Calls {
  readonly manager: SoftDeleteManager;
  readonly notes: SoftDeleteRepository<Note>;
  readonly book: Notebook;
}

type Given = never;
type Refused = readonly [
  message: string,
  options: unknown,
  call: (calls: Calls, options: Given) => unknown,
];

const FUTURE = new Date(Date.now() + 3_600_000);
const NOT_TEXT = "Use a string or null";

/** What every call refuses that takes an actor and a reason. */
function authored(name: string, call: Refused[2]): Refused[] {
  return [
    [`${name}: there is no option "reson". Use `, { reson: "spam" }, call],
    [`${name}: there is no option "toString". Use `, { toString: 1 }, call],
    [`${name}: the option actor is 7. ${NOT_TEXT}`, { actor: 7 }, call],
    [`${name}: the option reason is {}. ${NOT_TEXT}`, { reason: {} }, call],
    [`${name}: the options are null. Pass an object`, null, call],
    [`${name}: the options are "why". Pass an object`, "why", call],
    [`${name}: the options are []. Pass an object`, [], call],
  ];
}

const REFUSED: Refused[] = [
  ...authored("softDelete", ({ notes }, options) => notes.softDelete({ text: "one" }, options)),
  ...authored("softDelete", (_, options) => Note.softDelete({ text: "one" }, options)),
  ...authored("softRemove", ({ manager, book }, options) =>
    manager.softRemove(Notebook, book, options),
  ),
  ...authored("softRemove", ({ book }, options) => book.softRemove(options)),
  ...authored("softRemove", (_, options) => Note.softRemove([], options)),
  ...authored("restore", ({ notes }, options) => notes.restore({ text: "three" }, options)),
  ...authored("recover", ({ book }, options) => book.recover(options)),
  ...authored("restoreDeletion", ({ notes }, options) => notes.restoreDeletion(ID, options)),
  ...authored("forceDelete", ({ notes }, options) => notes.forceDelete({ text: "one" }, options)),
  ...authored("forceDelete", ({ manager }, options) =>
    manager.forceDelete(Note, { text: "one" }, options),
  ),
  ...authored("forceRemove", ({ book }, options) => book.forceRemove(options)),
  ...authored("deletionContext.run", (_, options) => deletionContext.run(options, () => 1)),
  [
    'forceDelete: there is no option "onlyDeleted"',
    { onlyDeleted: true },
    ({ notes }, options) => notes.forceDelete({ text: "one" }, options),
  ],
  [
    'forceDelete: the option onlyDeleted is "true"',
    { onlyDeleted: "true" },
    ({ manager }, options) => manager.forceDelete(Note, { text: "one" }, options),
  ],
  [
    'restore: the option parents is "bogus". Use "refuse", "restore" or "hand-over".',
    { parents: "bogus" },
    ({ notes }, options) => notes.restore({ text: "three" }, options),
  ],
  ...[{ transaction: false }, { listeners: "no" }, { chunk: 0 }, { reload: 1 }].map(
    (options): Refused => [
      `softRemove: the option ${Object.keys(options)[0] ?? ""} is`,
      options,
      ({ book }, given) => book.softRemove(given),
    ],
  ),
  // A text is the name of an entity.
  ...purges("purge", ({ manager }, options) => manager.purge(options)).filter(
    ([, options]) => typeof options !== "string",
  ),
  ...purges("purge", ({ manager }, options) => manager.purge(Note, options)),
  ...purges("purge", ({ notes }, options) => notes.purge(options)),
  [
    'purge: there is no option "where"',
    { olderThan: "0s", where: { text: "three" } },
    ({ manager }, options) => manager.purge(options),
  ],
  ...[{ cascde: true }, { cascade: "no" }, { batchSize: 0.5 }, { onProgress: {} }, null, 5].map(
    (options): Refused => ["settle: the", options, ({ manager }, given) => manager.settle(given)],
  ),
  [
    "settle: there is no option",
    { cascde: 1 },
    ({ manager }, given) => manager.settle(Note, given),
  ],
  ...[
    { take: -1 },
    { take: 0 },
    { take: 1.5 },
    { take: "1" },
    { skip: -1 },
    { since: "yesterday" },
    { since: new Date(Number.NaN) },
    { restored: "no" },
    { actor: 1 },
    { entity: {} },
    { entity: { toString: "1" } },
    { limit: 1 },
    null,
  ].map((options): Refused => [
    "deletions: the",
    options,
    ({ manager }, given) => manager.deletions(given),
  ]),
  ...["withDeleted", "onlyDeleted"].flatMap((scope): Refused[] =>
    [
      { relations: ["notebook"] },
      { relations: true },
      { relations: { notebook: "yes" } },
      { relation: { notebook: true } },
      { relations: { notebook: true }, where: { text: "one" } },
      null,
      true,
    ].flatMap((options): Refused[] => [
      [
        `${scope}: the`,
        options,
        ({ notes }, given) => notes[scope as "withDeleted" | "onlyDeleted"](given),
      ],
      [`${scope}: the`, options, (_, given) => Note[scope as "withDeleted" | "onlyDeleted"](given)],
    ]),
  ),
];

function purges(name: string, call: Refused[2]): Refused[] {
  const olderThan = "0s";
  return [
    ...authored(name, call),
    [`${name}: the option olderThan is undefined. Use a Date, or`, undefined, call],
    [`${name}: there is no option "dryrun". Use olderThan`, { olderThan, dryrun: true }, call],
    [`${name}: the option dryRun is "yes". Use true or false.`, { olderThan, dryRun: "yes" }, call],
    [`${name}: the option batchSize is -1`, { olderThan, batchSize: -1 }, call],
    [`${name}: the option onProgress is 1`, { olderThan, onProgress: 1 }, call],
    [`${name}: the option signal is`, { olderThan, signal: new AbortController() }, call],
    [`${name}: the option olderThan is "99999999999d"`, { olderThan: "99999999999d" }, call],
    [`${name}: the option olderThan is "-1d"`, { olderThan: "-1d" }, call],
    [
      `${name}: the option olderThan is ${FUTURE.toISOString()}. Use a moment that has passed`,
      { olderThan: FUTURE },
      call,
    ],
  ];
}

const ID = "0190163d-8694-739b-aea5-966c26f8ad91";

describeEachDatabase("an option that a call does not have, or that it cannot hold", (database) => {
  let dataSource: DataSource;
  let calls: Calls;
  let before: unknown;

  const rows = async (): Promise<unknown> => [
    await dataSource.manager.find(Notebook, { withDeleted: true, order: { id: "ASC" } }),
    await dataSource.manager.find(Note, { withDeleted: true, order: { id: "ASC" } }),
    await dataSource.manager.find(SoftDeleteLog),
  ];

  beforeAll(async () => {
    dataSource = await database.open([...NOTEBOOKS, SoftDeleteLog], {
      subscribers: [SoftDeleteSubscriber],
    });
    Notebook.useDataSource(dataSource);
    Note.useDataSource(dataSource);
    await fillNotebooks();
    await Note.softDelete({ text: "three" });
    calls = {
      manager: new SoftDeleteManager(dataSource),
      notes: getSoftDeleteRepository(dataSource, Note),
      book: await Notebook.titled("red"),
    };
    before = await rows();
  });

  it("is refused, and nothing is written", async () => {
    for (const [message, options, call] of REFUSED) {
      const refused = Promise.resolve().then(() => call(calls, options as Given));
      const error: unknown = await refused.then(
        () => `no error, but: ${message}`,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(SoftDeleteOptionError);
      expect((error as Error).message).toContain(message);
      expect((error as SoftDeleteOptionError).code).toBe("SOFT_DELETE_OPTION");
    }
    expect(await rows()).toEqual(before);
  });

  it("counts as left out where it is undefined", async () => {
    const { notes } = calls;
    const options = { reason: undefined, actor: undefined };
    expect((await notes.softDelete({ text: "nobody" }, options)).total).toBe(0);
    expect(notes.withDeleted(undefined).scope).toBe("withDeleted");
  });

  it("is refused in a where that came to nothing", async () => {
    for (const where of [undefined, null, {}] as never[]) {
      const refused = calls.notes.purge({ olderThan: "0s", where });
      await expect(refused).rejects.toMatchObject({ code: "SOFT_DELETE_CRITERIA" });
    }
    expect(await rows()).toEqual(before);
  });

  it("is refused in a purge whose entity came to nothing", async () => {
    const refused = calls.manager.purge(undefined as never, { olderThan: "0s" });
    await expect(refused).rejects.toThrow();
    expect(await rows()).toEqual(before);
  });
});
