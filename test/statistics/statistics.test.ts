import type { DataSource } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteManager, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase, later } from "../harness";
import { Comment, ENTITIES, Folder, Like, Post, User } from "./entities";
import { type Reading, Readings } from "./rows-read";
import { fill, ROWS, STATES, withoutOwnStatistics } from "./states";

// Each row is looked at by the statement that writes it, and by indexes, walks and joins on the way there.
const READS_PER_ROW = 30;
const READS_AT_LEAST = 200;
// Not those of a single table, as many as there are.
const ALL_ROWS = Object.values(ROWS).reduce((sum, rows) => sum + rows, 0);

describeEachDatabase("law 13, whatever the statistics say", (database) => {
  let dataSource: DataSource;
  let readings: Readings;

  beforeAll(async () => {
    dataSource = await database.open(ENTITIES, { subscribers: [SoftDeleteSubscriber] });
    await withoutOwnStatistics(dataSource);
    readings = new Readings(dataSource);
  });

  /** The statements of an operation that read more than it touches rows. To join it, PostgreSQL may read a table once. */
  async function tooMuch(touched: number, operation: () => Promise<unknown>): Promise<Reading[]> {
    const noted = await readings.of(operation);
    expect(noted.length).toBeGreaterThan(0);
    const once = database.name === "postgres" ? 3 * ALL_ROWS : 0;
    const limit = READS_AT_LEAST + READS_PER_ROW * touched + once;
    return noted.filter(({ rows, scans }) => rows > limit || scans.length > 0);
  }

  // Of tables that were empty PostgreSQL keeps nothing, and goes by their size.
  const states = STATES.filter((one) => one !== "of empty tables" || database.name !== "postgres");
  describe.each(states)("%s", (state) => {
    beforeAll(() => fill(dataSource, state));

    it("deletes and restores by index", async () => {
      const users = getSoftDeleteRepository(dataSource, User);
      expect(await tooMuch(111, () => users.softDelete(1))).toEqual([]);
      expect(await tooMuch(111, () => users.restore(1))).toEqual([]);
      expect(await tooMuch(333, () => users.softDelete([1, 2, 3]))).toEqual([]);
      // A part: the rows are marked.
      expect(await tooMuch(333, () => users.restore([1, 2]))).toEqual([]);
      expect(await tooMuch(111, () => users.restore(3))).toEqual([]);
    });

    it("finds many rows by their keys", async () => {
      const likes = getSoftDeleteRepository(dataSource, Like);
      const ids = Array.from({ length: 20 }, (_, index) => index * 70 + 1);
      expect(await tooMuch(20, () => likes.softDelete(ids))).toEqual([]);
      expect(await tooMuch(20, () => likes.restore(ids))).toEqual([]);
    });

    it("hands over by index", async () => {
      const posts = getSoftDeleteRepository(dataSource, Post);
      const users = getSoftDeleteRepository(dataSource, User);
      await posts.softDelete(41);
      await users.softDelete(5);
      expect(await tooMuch(11, () => posts.restore(41, { parents: "hand-over" }))).toEqual([]);
      expect(await tooMuch(111, () => users.restore(5))).toEqual([]);
    });

    it("follows a chain row by row", async () => {
      const folders = getSoftDeleteRepository(dataSource, Folder);
      const manager = new SoftDeleteManager(dataSource);
      expect(await tooMuch(ROWS.folder, () => folders.softDelete(1))).toEqual([]);
      expect(await tooMuch(ROWS.folder, () => folders.restore(1))).toEqual([]);
      const { deletionId } = await folders.softDelete(1);
      expect(await tooMuch(ROWS.folder, () => manager.restoreDeletion(deletionId!))).toEqual([]);
    });

    it("settles by index", async () => {
      const manager = new SoftDeleteManager(dataSource);
      const set = "deleted_at = '2025-01-01 00:00:00'";
      await dataSource.query(`UPDATE st_user SET ${set} WHERE id IN (6, 7)`);
      expect(await tooMuch(222, () => manager.settle({ cascade: true }))).toEqual([]);
      await dataSource.query(`UPDATE st_user SET deleted_at = NULL WHERE id IN (6, 7)`);
      expect(await tooMuch(222, () => manager.settle())).toEqual([]);
    });

    it("purges by index", async () => {
      const manager = new SoftDeleteManager(dataSource);
      const users = getSoftDeleteRepository(dataSource, User);
      await users.softDelete([8, 9]);
      const olderThan = await later();
      const one = { olderThan, where: { id: 8 } };
      expect(await tooMuch(222, () => manager.purge(User, one))).toEqual([]);
      expect(await tooMuch(111, () => manager.purge({ olderThan }))).toEqual([]);
      expect(await dataSource.getRepository(Comment).count({ withDeleted: true })).toBe(1800);
    });
  });
});
