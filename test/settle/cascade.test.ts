import { deletionTime } from "../../src/rows/deletion-id";
import { statementsOf } from "../harness";
import {
  BLOG,
  Comment,
  CYCLE,
  Node,
  Player,
  Post,
  Shelf,
  Team,
  TREE,
  User,
} from "../laws/entities";
import { describeLawOnce, type World } from "../laws/world";
import { Contract } from "./entities";
import { brokenRows, idsOf } from "./half-done";

const EARLY = "2020-02-02 10:00:00";
const LATE = "2021-03-03 11:22:33";

/** Deletes rows as something outside the package would. */
async function mark(world: World, table: string, ids: string, stamp = EARLY): Promise<void> {
  const set = `${world.escape("deletedAt")} = '${stamp}'`;
  await world.dataSource.query(`UPDATE ${world.escape(table)} SET ${set} WHERE id IN (${ids})`);
}

describeLawOnce("settle() over relations", [...BLOG, Contract], (world) => {
  beforeEach(async () => {
    await world.insert(User, [{ id: 1 }, { id: 2 }, { id: 3 }]);
    await world.insert(Post, [
      { id: 1, authorId: 1 },
      { id: 2, authorId: 2 },
      { id: 3, authorId: 3, reviewerId: 2 },
      { id: 4, authorId: 3 },
    ]);
    await world.insert(Comment, [
      { id: 1, postId: 1 },
      { id: 2, postId: 2 },
      { id: 3, postId: 3 },
      { id: 4, postId: 4 },
    ]);
    await mark(world, "user", "1");
    await mark(world, "user", "2", LATE);
  });

  it("takes the active rows below each row under that row's own deletion id", async () => {
    const { counts, total } = await world.softDeletes.settle(User, { cascade: true });
    expect(counts).toEqual({ User: 2, Post: 3, Comment: 3 });
    expect(total).toBe(8);
    const [users, posts, comments] = [
      await idsOf(world, User),
      await idsOf(world, Post),
      await idsOf(world, Comment),
    ];
    expect(users[1]).not.toBe(users[2]);
    expect(posts).toEqual({ 1: users[1], 2: users[2], 3: users[2], 4: null });
    expect(comments).toEqual({ 1: users[1], 2: users[2], 3: users[2], 4: null });
    const taken = await world.row(Comment, 2);
    expect(taken.deletedAt).toEqual((await world.row(User, 2)).deletedAt);
    expect(deletionTime(taken.deletionId ?? "")).toEqual(taken.deletedAt);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it("moves the version of the rows it takes along once, and of the settled ones not", async () => {
    await world.softDeletes.settle(User, { cascade: true });
    await expect(world.row(User, 1)).resolves.toMatchObject({ version: 1 });
    await expect(world.row(Post, 1)).resolves.toMatchObject({ version: 2 });
    await expect(world.row(Post, 4)).resolves.toMatchObject({ version: 1 });
  });

  it("is undone row by row", async () => {
    const before = await world.content();
    await world.softDeletes.settle(User, { cascade: true });
    const { deletionId } = await world.row(User, 2);
    const restored = await world.softDeletes.restoreDeletion(deletionId ?? "");
    expect(restored.counts).toEqual({ User: 1, Post: 2, Comment: 2 });
    await expect(world.active(Post)).resolves.toEqual([2, 3, 4]);
    await world.softDeletes.restore(User, 1);
    const after = await world.content();
    expect(after["Post"]).toEqual(before["Post"]);
    expect(after["Comment"]).toEqual(before["Comment"]);
    await expect(world.active(User)).resolves.toEqual([1, 2, 3]);
  });

  it("takes nothing along without being told to", async () => {
    const { counts } = await world.softDeletes.settle();
    expect(counts).toEqual({ User: 2 });
    await expect(world.active(Post)).resolves.toEqual([1, 2, 3, 4]);
  });

  it("leaves rows that were deleted before as they are, and settles them for themselves", async () => {
    await mark(world, "post", "2");
    const { deletionId } = await world.softDeletes.softDelete(Post, 3);
    await world.softDeletes.settle(User, { cascade: true });
    await expect(world.row(Post, 2)).resolves.toMatchObject({ deletionId: null });
    await expect(world.taken(Post, deletionId)).resolves.toEqual([3]);
    // Below a row that is deleted, but not settled yet.
    await expect(world.row(Comment, 2)).resolves.toMatchObject({ deletedAt: null });
    const { counts } = await world.softDeletes.settle({ cascade: true });
    expect(counts).toEqual({ Post: 1, Comment: 1 });
    const [posts, comments] = [await idsOf(world, Post), await idsOf(world, Comment)];
    expect(comments[2]).toBe(posts[2]);
    expect(posts[2]).not.toBe((await idsOf(world, User))[2]);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it("leaves active rows over a RESTRICT relation, which check() then reports", async () => {
    await world.insert(Contract, [{ id: 1, userId: 1 }]);
    await world.softDeletes.settle({ cascade: true });
    await expect(world.active(Contract)).resolves.toEqual([1]);
    await expect(brokenRows(world)).resolves.toEqual([
      expect.objectContaining({
        code: "active-below-deleted-parent",
        entity: "Contract",
        count: 1,
      }),
    ]);
  });

  it("costs the same number of statements for 2 rows and for 90", async () => {
    const settle = (): Promise<unknown> => world.softDeletes.settle(User, { cascade: true });
    const few = await statementsOf(world.dataSource, settle);
    const more = Array.from({ length: 90 }, (_, index) => index + 10);
    await world.insert(
      User,
      more.map((id) => ({ id })),
    );
    await world.insert(
      Post,
      more.map((id) => ({ id, authorId: id })),
    );
    await world.insert(
      Comment,
      more.map((id) => ({ id, postId: id })),
    );
    await mark(world, "user", more.join(", "));
    const many = await statementsOf(world.dataSource, settle);
    expect(many).toHaveLength(few.length);
    await expect(world.active(Comment)).resolves.toEqual([4]);
  });
});

describeLawOnce("settle() over cycles", [...TREE, ...CYCLE], (world) => {
  it("takes every level of a tree, under the nearest deleted row's id", async () => {
    await world.insert(Shelf, [{ id: 1 }]);
    // A chain of 1,500, in which two nodes are deleted.
    const chain = Array.from({ length: 1500 }, (_, index) => index + 1);
    await world.insert(
      Node,
      chain.map((id) => ({ id, parentId: id > 1 ? id - 1 : null })),
    );
    await mark(world, "node", "500");
    await mark(world, "node", "700", LATE);
    const { counts } = await world.softDeletes.settle(Node, { cascade: true });
    expect(counts).toEqual({ Node: 1001 });
    const nodes = await idsOf(world, Node);
    expect(nodes[499]).toBeNull();
    expect(nodes[700]).not.toBe(nodes[500]);
    for (const id of chain.slice(499, 699)) expect(nodes[id]).toBe(nodes[500]);
    for (const id of chain.slice(699)) expect(nodes[id]).toBe(nodes[700]);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it("goes round a cycle over two tables once", async () => {
    await world.insert(Team, [
      { id: 1, captainId: 1 },
      { id: 2, captainId: 2 },
    ]);
    await world.insert(Player, [
      { id: 1, teamId: 2 },
      { id: 2, teamId: 1 },
      { id: 3, teamId: 1 },
    ]);
    await mark(world, "team", "1");
    const { counts } = await world.softDeletes.settle(Team, { cascade: true });
    expect(counts).toEqual({ Team: 2, Player: 3 });
    const teams = await idsOf(world, Team);
    expect(teams[2]).toBe(teams[1]);
    expect(await idsOf(world, Player)).toEqual({ 1: teams[1], 2: teams[1], 3: teams[1] });
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it("reaches a tree from the table above it", async () => {
    await world.insert(Shelf, [{ id: 1 }, { id: 2 }]);
    await world.insert(Node, [
      { id: 1, shelfId: 1 },
      { id: 2, parentId: 1 },
      { id: 3, shelfId: 2 },
      { id: 4, parentId: 3 },
      { id: 5 },
    ]);
    await mark(world, "shelf", "1, 2");
    await world.softDeletes.settle(Shelf, { cascade: true });
    const shelves = await idsOf(world, Shelf);
    const [one, two] = [shelves[1], shelves[2]];
    expect(one).not.toBe(two);
    expect(await idsOf(world, Node)).toEqual({ 1: one, 2: one, 3: two, 4: two, 5: null });
  });
});
