import { SoftDeleteConfigurationError, SoftDeleteOptionError, SoftDeleteManager } from "../../src";
import { deletionTime, isDeletionId, newDeletionId } from "../../src/rows/deletion-id";
import { statementsOf } from "../harness";
import { BLOG, Post, User } from "../laws/entities";
import { describeLawOnce, type World } from "../laws/world";
import { Plain, Seat } from "./entities";

const STAMP = "2020-02-02 10:00:00";

/** Deletes rows as something outside the package would. */
async function mark(world: World, table: string, where: string, stamp = STAMP): Promise<void> {
  const set = `${world.escape("deletedAt")} = '${stamp}'`;
  await world.dataSource.query(`UPDATE ${world.escape(table)} SET ${set} WHERE ${where}`);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

describeLawOnce("settle()", [...BLOG, Seat, Plain], (world) => {
  const users = (count: number): Promise<void> =>
    world.insert(
      User,
      range(count).map((id) => ({ id })),
    );

  it("gives each deleted row a deletion id of its own with the time of its deletedAt", async () => {
    await users(4);
    await mark(world, "user", "id <= 2");
    await mark(world, "user", "id = 3", "2021-03-03 11:22:33");
    const result = await world.softDeletes.settle(User);
    expect(result.counts).toEqual({ User: 3 });
    expect(result.total).toBe(3);
    const [first, second, third, active] = await world.rows(User);
    for (const row of [first, second, third]) {
      expect(isDeletionId(row?.deletionId)).toBe(true);
      expect(deletionTime(row?.deletionId ?? "")).toEqual(row?.deletedAt);
    }
    expect(first?.deletedAt).toEqual(second?.deletedAt);
    expect(new Set([first?.deletionId, second?.deletionId, third?.deletionId]).size).toBe(3);
    expect(active).toMatchObject({ deletedAt: null, deletionId: null });
  });

  it("changes nothing but the deletion id, version and update date included", async () => {
    await users(3);
    await mark(world, "user", "id <= 2");
    const before = await world.everything();
    await world.softDeletes.settle(User);
    const after = await world.everything();
    const without = (rows: Record<string, unknown>[] = []): unknown[] =>
      rows.map((row) => ({ ...row, deletionId: null }));
    expect(without(after["User"])).toEqual(without(before["User"]));
    expect(after["User"]).not.toEqual(before["User"]);
  });

  it("keeps a deletedAt that is finer than a deletion id", async () => {
    await users(1);
    const stamp = "2020-02-02 10:00:00.123456";
    await mark(world, "user", "id = 1", stamp);
    await world.softDeletes.settle(User);
    const text = `CAST(${world.escape("deletedAt")} AS CHAR(26))`;
    const [row] = await world.dataSource.query<{ at: string; id: string }[]>(
      `SELECT ${text} AS at, ${world.escape("deletionId")} AS id FROM ${world.escape("user")}`,
    );
    expect(row?.at).toBe(stamp);
    expect(deletionTime(row?.id ?? "").getMilliseconds()).toBe(123);
  });

  it("settles 2,500 rows in batches, with progress and a fixed number of statements for each", async () => {
    await users(2500);
    await mark(world, "user", "1 = 1");
    const seen: [number, unknown][] = [];
    const statements = await statementsOf(world.dataSource, async () => {
      const result = await world.softDeletes.settle(User, {
        onProgress: ({ total, counts }) => void seen.push([total, counts]),
      });
      expect(result.total).toBe(2500);
    });
    expect(seen).toEqual([
      [1000, { User: 1000 }],
      [2000, { User: 2000 }],
      [2500, { User: 2500 }],
    ]);
    expect(statements.filter((text) => /^(\/\*M!.*?\*\/ )?UPDATE/.test(text))).toHaveLength(5);
    // Three full batches, and one empty for each of the two kinds of unsettled rows.
    expect(statements.filter((text) => text.startsWith("SELECT"))).toHaveLength(5);
    const ids = (await world.rows(User)).map((row) => row.deletionId);
    expect(new Set(ids).size).toBe(2500);
    expect(ids).not.toContain(null);
  });

  it("lets a restore revive one row alone", async () => {
    await users(3);
    await mark(world, "user", "1 = 1");
    await world.softDeletes.settle(User);
    const { deletionId } = await world.row(User, 2);
    await world.softDeletes.restoreDeletion(deletionId ?? "");
    await expect(world.active(User)).resolves.toEqual([2]);
  });

  it("clears the deletion id of active rows", async () => {
    await users(2);
    const { deletionId } = await world.softDeletes.softDelete(User, [1, 2]);
    await world.dataSource.query(
      `UPDATE ${world.escape("user")} SET ${world.escape("deletedAt")} = NULL WHERE id = 1`,
    );
    const version = (await world.row(User, 1)).version;
    const result = await world.softDeletes.settle(User);
    expect(result.counts).toEqual({ User: 1 });
    await expect(world.row(User, 1)).resolves.toMatchObject({ deletionId: null, version });
    await expect(world.taken(User, deletionId)).resolves.toEqual([2]);
  });

  it("settles composite keys, and puts flags in step", async () => {
    const seats = ["a", "b"].flatMap((hall) => range(600).map((number) => ({ hall, number })));
    await world.insert(Seat, seats);
    await mark(world, "seat", "hall = 'a'");
    const flag = `UPDATE ${world.escape("seat")} SET gone =`;
    await world.dataSource.query(`${flag} true WHERE hall = 'b' AND number = 7`);
    const { counts } = await world.softDeletes.settle(Seat);
    expect(counts).toEqual({ Seat: 601 });
    const rows = await world.rows(Seat);
    for (const row of rows)
      expect([row.gone, row.deletionId !== null]).toEqual([row.hall === "a", row.hall === "a"]);
    expect(new Set(rows.map((row) => row.deletionId)).size).toBe(601);
    await world.dataSource.query(`${flag} false WHERE hall = 'a' AND number = 7`);
    await expect(world.softDeletes.settle(Seat)).resolves.toMatchObject({ counts: { Seat: 1 } });
    const at = { where: { hall: "a", number: 7 }, withDeleted: true };
    await expect(world.dataSource.getRepository(Seat).findOne(at)).resolves.toMatchObject({
      gone: true,
    });
  });

  it("settles every entity when none is named, and then finds nothing more to do", async () => {
    await users(2);
    await world.insert(Post, [{ id: 1, authorId: 2 }]);
    await mark(world, "user", "id = 1");
    await mark(world, "post", "id = 1");
    const { counts } = await world.softDeletes.settle({ batchSize: 1 });
    expect(counts).toEqual({ User: 1, Post: 1 });
    const before = await world.everything();
    const again = await world.softDeletes.settle();
    expect([again.total, again.counts]).toEqual([0, {}]);
    await expect(world.everything()).resolves.toEqual(before);
  });

  it("leaves other entities alone when one is named", async () => {
    await users(1);
    await world.insert(Post, [{ id: 1, authorId: 1 }]);
    await mark(world, "user", "id = 1");
    await mark(world, "post", "id = 1");
    await world.softDeletes.settle("Post", {});
    await expect(world.row(User, 1)).resolves.toMatchObject({ deletionId: null });
    expect(isDeletionId((await world.row(Post, 1)).deletionId)).toBe(true);
  });

  it("stops between two batches when it is aborted, and completes when it is run again", async () => {
    await users(10);
    await mark(world, "user", "1 = 1");
    const controller = new AbortController();
    const reason = new Error("enough");
    const settled = world.softDeletes.settle(User, {
      batchSize: 4,
      signal: controller.signal,
      onProgress: () => {
        controller.abort(reason);
      },
    });
    await expect(settled).rejects.toBe(reason);
    const before = (await world.rows(User)).filter((row) => row.deletionId !== null);
    expect(before).toHaveLength(4);
    await expect(world.softDeletes.settle(User)).resolves.toMatchObject({ total: 6 });
    expect(await world.rows(User)).toEqual(expect.arrayContaining(before));
  });

  it("leaves nothing behind when the caller's transaction rolls back", async () => {
    await users(2);
    await mark(world, "user", "1 = 1");
    const before = await world.everything();
    const rolledBack = world.dataSource.transaction(async (manager) => {
      const { total } = await new SoftDeleteManager(manager).settle(User);
      throw new Error(`rolled back ${String(total)}`);
    });
    await expect(rolledBack).rejects.toThrow("rolled back 2");
    await expect(world.everything()).resolves.toEqual(before);
  });

  it("leaves rows alone that agree with themselves", async () => {
    await users(2);
    const id = newDeletionId(new Date(`${STAMP}Z`));
    await mark(world, "user", "id = 1");
    await world.dataSource.query(
      `UPDATE ${world.escape("user")} SET ${world.escape("deletionId")} = '${id}' WHERE id = 1`,
    );
    await expect(world.softDeletes.settle()).resolves.toMatchObject({ total: 0 });
    await expect(world.row(User, 1)).resolves.toMatchObject({ deletionId: id });
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses a batch size of %p", async (batchSize) => {
    await expect(world.softDeletes.settle({ batchSize })).rejects.toThrow(SoftDeleteOptionError);
  });

  it("refuses an entity that cannot be soft-deleted", async () => {
    await expect(world.softDeletes.settle(Plain)).rejects.toThrow(SoftDeleteConfigurationError);
  });
});
