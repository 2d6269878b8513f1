// Not run: `tsc` checks that what follows compiles, and that each line below an @ts-expect-error does not.
import { LessThan, type DataSource, type EntitySchema } from "typeorm";

import {
  DeletedByColumn,
  deletionContext,
  getSoftDeleteRepository,
  SoftDeleteManager,
  softDeleteSchema,
  SoftDeleteSubscriber,
  UniqueActive,
  withSoftDelete,
  type PurgeOptions,
  type SoftDeleteError,
  type SoftDeleteErrorCode,
  type SoftDeleteOptions,
} from "../../src";
import { Note, Notebook } from "../active-record/notebook";

declare const dataSource: DataSource;
declare const schema: EntitySchema;
declare const either: boolean;

const manager = new SoftDeleteManager(dataSource);
const notes = getSoftDeleteRepository(dataSource, Note);

/** Options in variables, each with a key that no call has. */
const mistyped = {
  author: { actor: "ada", reson: "spam" },
  restore: { parents: "refuse", reson: "spam" } as const,
  purge: { olderThan: "30d", dryrun: true },
  settle: { cascade: true, batchsize: 5 },
  deletions: { take: 5, limit: 5 },
  subscriber: { hardDelete: "forbid", hardDeletes: "forbid" } as const,
  scope: { relations: { notebook: true }, where: {} },
  column: { name: "deleted_by", lenght: 5 },
  unique: { name: "key", generated: false },
  schema: { deletionId: "deletionId", policy: {} },
};
const whole = { olderThan: "30d", where: { text: "one" } };

export async function accepted(options?: SoftDeleteOptions): Promise<void> {
  const purging: PurgeOptions<Note> = { olderThan: new Date(), where: [{ text: "one" }] };
  const wanted = { olderThan: "30d", onProgress: undefined };
  await manager.softDelete(Note, "a", options);
  await manager.softDelete<Note>(Note, "a", { reason: "spam", actor: null });
  await manager.softDelete(Note, "a", Object.fromEntries([["reason", "spam"]]));
  await notes.softRemove(new Note(), { data: {}, chunk: 5, ...options });
  await notes.restore("a", either ? { parents: "restore" } : {});
  await notes.purge(purging);
  await manager.purge(Note, purging);
  await manager.purge(wanted);
  await manager.purge({ olderThan: "30d", onProgress: ({ total }) => void total.toFixed() });
  await notes.purge({ olderThan: "30d", where: { id: LessThan("b"), notebook: { id: 1 } } });
  await manager.settle();
  await manager.settle({ cascade: true });
  await manager.settle(Note, { onProgress: ({ counts }) => void counts["Note"]?.toFixed() });
  deletionContext.run({ actor: "ada" }, () => 1).toFixed();
  notes.withDeleted({ relations: { notebook: { notes: true } } });
  SoftDeleteSubscriber.with({ clock: () => new Date(), actor: () => null });
  withSoftDelete(Notebook, either ? { deletedAt: { type: "timestamptz" } } : {});
}

export async function refused(): Promise<void> {
  // @ts-expect-error Every table would be purged.
  await manager.purge(whole);
  // @ts-expect-error Every table would be purged.
  await manager.purge({ olderThan: "30d", where: { text: "one" } });
  // @ts-expect-error No such option.
  await manager.purge(mistyped.purge);
  // @ts-expect-error No such option.
  await manager.purge(Note, mistyped.purge);
  // @ts-expect-error No such option.
  await notes.purge(mistyped.purge);
  // @ts-expect-error No such option.
  await notes.purge({ olderThan: "30d", where: { text: "one", txt: "one" } });
  // @ts-expect-error No such option.
  await notes.purge({ batchSize: 5 });
  // @ts-expect-error No such option.
  await Note.purge(mistyped.purge);
  // @ts-expect-error No such option.
  await manager.softDelete(Note, "a", mistyped.author);
  // @ts-expect-error No such option.
  await notes.softDelete("a", mistyped.author);
  // @ts-expect-error No such option.
  await Note.softDelete("a", mistyped.author);
  // @ts-expect-error No such option.
  await manager.softRemove(Note, new Note(), mistyped.author);
  // @ts-expect-error No such option.
  await notes.softRemove(new Note(), mistyped.author);
  // @ts-expect-error No such option.
  await Note.softRemove(new Note(), mistyped.author);
  // @ts-expect-error No such option.
  await new Note().softRemove(mistyped.author);
  // @ts-expect-error No such option.
  await manager.restore(Note, "a", mistyped.restore);
  // @ts-expect-error No such option.
  await notes.restore("a", mistyped.restore);
  // @ts-expect-error No such option.
  await Note.restore("a", mistyped.restore);
  // @ts-expect-error No such option.
  await notes.recover(new Note(), mistyped.restore);
  // @ts-expect-error No such option.
  await new Note().recover(mistyped.restore);
  // @ts-expect-error No such option.
  await manager.restoreDeletion("a", mistyped.restore);
  // @ts-expect-error No such option.
  await notes.forceDelete("a", mistyped.author);
  // @ts-expect-error The scope says that: onlyDeleted().
  await notes.forceDelete("a", { onlyDeleted: true });
  // @ts-expect-error No such option.
  await manager.forceDelete(Note, "a", mistyped.author);
  // @ts-expect-error No such option.
  await notes.forceRemove(new Note(), mistyped.author);
  // @ts-expect-error No such option.
  await manager.settle(mistyped.settle);
  // @ts-expect-error No such option.
  await manager.settle(Note, mistyped.settle);
  // @ts-expect-error No such option.
  await manager.deletions(mistyped.deletions);
  // @ts-expect-error No such option.
  notes.withDeleted(mistyped.scope);
  // @ts-expect-error No such option.
  Note.onlyDeleted(mistyped.scope);
  // @ts-expect-error No such option.
  notes.withDeleted({ relations: { notebook: true, text: true } });
  // @ts-expect-error No such option.
  notes.withDeleted({ relations: ["notebook"] });
  // @ts-expect-error No such option.
  deletionContext.run(mistyped.author, () => 1);
  // @ts-expect-error No such option.
  SoftDeleteSubscriber.with(mistyped.subscriber);
  // @ts-expect-error No such option.
  SoftDeleteSubscriber.with({ actor: "ada" });
}

export function declarations(): void {
  const columns = { deletedBy: true, deleteBy: true };
  const nested = { deletedBy: mistyped.column };
  // @ts-expect-error No such option.
  withSoftDelete(undefined, columns);
  // @ts-expect-error No such option.
  withSoftDelete(undefined, { deletedBy: true, deleteBy: true });
  // @ts-expect-error No such option.
  withSoftDelete(undefined, nested);
  // @ts-expect-error No such option.
  withSoftDelete(Notebook, { deletedAt: { name: "removed_on", nmae: "removed_at" } });
  // @ts-expect-error No such option.
  DeletedByColumn(mistyped.column);
  // @ts-expect-error No such option.
  UniqueActive(mistyped.unique);
  // @ts-expect-error No such option.
  UniqueActive(["text"], mistyped.unique);
  // @ts-expect-error No such option.
  softDeleteSchema(schema, mistyped.schema);
}

export function codes(error: SoftDeleteError): SoftDeleteErrorCode {
  // @ts-expect-error No error has such a code.
  if (error.code === "SOFT_DELETED") return error.code;
  return error.code;
}
