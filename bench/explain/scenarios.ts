import type { DataSource } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteError, SoftDeleteManager } from "../../src";
import { Folder, Post, User } from "./entities";
import { TREE, type Filled } from "./fill";

export interface Scenario {
  readonly name: string;
  run(): Promise<unknown>;
}

/** Every way in which the package deletes and restores, among rows that are deleted already and rows that are not. */
export function scenarios(dataSource: DataSource, { users: count, trees }: Filled): Scenario[] {
  const users = getSoftDeleteRepository(dataSource, User);
  const posts = getSoftDeleteRepository(dataSource, Post);
  const folders = getSoftDeleteRepository(dataSource, Folder);
  const manager = new SoftDeleteManager(dataSource);
  const native = dataSource.getRepository(User);
  const nativeFolders = dataSource.getRepository(Folder);
  // The active ones begin after the first half; posts of a user's number times ten.
  let next = count / 2 + 10;
  const user = (): number => (next += 3);
  let nextTree = trees / 2;
  const root = (): number => (nextTree += 2) * TREE + 1;
  const list: Scenario[] = [];
  const add = (name: string, run: () => Promise<unknown>): unknown => list.push({ name, run });

  add("softDelete(id), restore(id)", async () => {
    const id = user();
    await users.softDelete(id);
    await users.restore(id);
  });
  // Not so many that reading the whole table would be the best way.
  add("softDelete(100 ids), restore(100 ids)", async () => {
    const ids = Array.from({ length: 100 }, (_, index) => count / 2 + 1000 + index);
    await users.softDelete(ids);
    await users.restore(ids);
  });
  add("softDelete(where), restoreDeletion", async () => {
    const { deletionId } = await posts.softDelete({ author: { id: user() } });
    await manager.restoreDeletion(deletionId!);
  });
  add("restoreDeletion of an old one", () =>
    manager.restoreDeletion("01890000-0000-7000-8000-000000000007"),
  );
  add("restore one of an old deletion", () => users.restore(101));
  add("restore a part", async () => {
    const [one, other] = [user(), user()];
    await users.softDelete([one, other]);
    await users.restore(one);
    await users.restore(other);
  });
  add("restore with hand-over, and the rest after it", async () => {
    const author = user();
    await users.softDelete(author);
    const { deletionId } = await users.softDelete(author + 1);
    await users.restore(author);
    await manager.restoreDeletion(deletionId!);
  });
  add("restoreDeletion with hand-over", async () => {
    const author = user();
    const { deletionId } = await users.softDelete(author);
    await users.softDelete(author + 1);
    await manager.restoreDeletion(deletionId!);
    await users.restore(author + 1);
  });
  for (const parents of ["refuse", "hand-over", "restore"] as const) {
    add(`restore below a deleted parent, ${parents}`, async () => {
      const author = user();
      await users.softDelete(author);
      await refusable(posts.restore((author - 1) * 10 + 1, { parents }));
      await users.restore(author);
    });
  }
  add("RESTRICT", () => refusable(users.softDelete(count - 1)));
  add("TypeORM's softDelete(id), restore(id)", async () => {
    const id = user();
    await native.softDelete(id);
    await native.restore(id);
  });
  add("TypeORM's restore with hand-over", async () => {
    const author = user();
    await native.softDelete(author);
    await native.softDelete(author + 1);
    await native.restore(author);
  });
  add("TypeORM's softRemove, recover", async () => {
    const entity = await native.findOneByOrFail({ id: user() });
    await native.softRemove(entity);
    await native.recover(entity);
  });
  add("tree: softDelete(root), restore(root)", async () => {
    const id = root();
    await folders.softDelete(id);
    await folders.restore(id);
  });
  add("tree: softDelete(root), restoreDeletion", async () => {
    const { deletionId } = await folders.softDelete(root());
    await manager.restoreDeletion(deletionId!);
  });
  add("tree: restore one of an old deletion", () => folders.restore(100 * TREE + 1));
  for (const parents of ["refuse", "hand-over", "restore"] as const) {
    add(`tree: restore a branch, ${parents}`, async () => {
      const id = root();
      await folders.softDelete(id);
      await refusable(folders.restore(id + 1, { parents }));
      await folders.restore(id);
    });
  }
  add("tree: restore with hand-over", async () => {
    const id = root();
    await folders.softDelete(id + 11);
    await folders.softDelete(id + 1);
    await folders.softDelete(id);
    await refusable(folders.restore(id + 11, { parents: "hand-over" }));
    await folders.restore(id);
  });
  add("tree: TypeORM's softDelete, restore", async () => {
    const id = root();
    await nativeFolders.softDelete(id);
    await nativeFolders.restore(id);
  });
  return list;
}

async function refusable(operation: Promise<unknown>): Promise<void> {
  try {
    await operation;
  } catch (error) {
    if (!(error instanceof SoftDeleteError)) throw error;
  }
}
