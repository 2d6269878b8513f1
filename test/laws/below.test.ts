import { SoftDeleteLog, type SoftDeleteManager } from "../../src";
import { BLOG, Comment, Company, CYCLE, Department, DIAMOND, Node, Player } from "./entities";
import { Post, Project, Step, Task, Team, TREE, User } from "./entities";
import { describeLawOnce } from "./world";

const ALONE = { below: false } as const;

async function undo(softDeletes: SoftDeleteManager, deletionId: string | null): Promise<unknown> {
  return softDeletes.restoreDeletion(deletionId ?? "");
}

describeLawOnce("Restoring matched rows alone, in a chain", [...BLOG, SoftDeleteLog], (world) => {
  beforeEach(async () => {
    await world.insert(User, [{ id: 1 }, { id: 2 }]);
    await world.insert(Post, [
      { id: 1, authorId: 1, reviewerId: 2 },
      { id: 2, authorId: 1, reviewerId: null },
    ]);
    await world.insert(
      Comment,
      [1, 2, 3].map((id) => ({ id, postId: Math.ceil(id / 2) })),
    );
  });

  it("leaves what hangs below them in its deletion, which is undone later", async () => {
    const { softDeletes } = world;
    const before = await world.content();
    const deletion = await softDeletes.softDelete(User, 1);
    const below = [await world.rows(Post), await world.rows(Comment)];
    world.tick();

    const restored = await softDeletes.restore(User, 1, ALONE);

    expect(restored).toMatchObject({
      affected: 1,
      counts: { User: 1 },
      total: 1,
      handedOver: 0,
    });
    expect(await world.active(User)).toEqual([1, 2]);
    expect([await world.rows(Post), await world.rows(Comment)]).toEqual(below);
    await undo(softDeletes, deletion.deletionId);
    const { SoftDeleteLog: log, ...rows } = await world.content();
    expect({ ...rows, SoftDeleteLog: [] }).toEqual(before);
    expect(log).toHaveLength(3);
  });

  it("is logged as a part of the deletion, and the rest as its end", async () => {
    const { softDeletes } = world;
    const { deletionId } = await softDeletes.softDelete(User, 1);
    await softDeletes.restore(User, 1, ALONE);
    expect(await softDeletes.deletions({ restored: false })).toMatchObject([{ deletionId }]);

    await undo(softDeletes, deletionId);

    expect(await softDeletes.deletions({ restored: false })).toEqual([]);
    const entries = await world.dataSource.manager.find(SoftDeleteLog, { order: { id: "ASC" } });
    expect(
      entries.map(({ action, counts, rootCount, complete }) => [
        action,
        counts,
        rootCount,
        complete,
      ]),
    ).toEqual([
      ["soft-delete", { User: 1, Post: 2, Comment: 3 }, 1, false],
      ["restore", { User: 1 }, 1, false],
      ["restore", { Post: 2, Comment: 3 }, 2, true],
    ]);
  });

  it("brings the chain of parents along with parents: restore, each of them alone", async () => {
    const { softDeletes } = world;
    const { deletionId } = await softDeletes.softDelete(User, 1);

    const restored = await softDeletes.restore(Post, 1, { parents: "restore", ...ALONE });

    expect(restored).toMatchObject({ affected: 1, counts: { User: 1, Post: 1 }, total: 2 });
    expect(await world.active(Post)).toEqual([1]);
    expect(await world.active(Comment)).toEqual([]);
    expect(await world.taken(Comment, deletionId)).toEqual([1, 2, 3]);
  });

  it("is refused below a deleted parent, and changes nothing", async () => {
    const { softDeletes } = world;
    await softDeletes.softDelete(User, 1);
    const before = await world.everything();

    await expect(softDeletes.restore(Post, 1, ALONE)).rejects.toMatchObject({
      code: "PARENT_DELETED",
    });

    expect(await world.everything()).toEqual(before);
  });

  it("hands the matched rows over alone with parents: hand-over", async () => {
    const { softDeletes } = world;
    const post = await softDeletes.softDelete(Post, 1);
    world.tick();
    const user = await softDeletes.softDelete(User, 1);

    const restored = await softDeletes.restore(Post, 1, { parents: "hand-over", ...ALONE });

    expect(restored).toMatchObject({ affected: 0, total: 0, handedOver: 1 });
    expect(await world.taken(Post, user.deletionId)).toEqual([1, 2]);
    expect(await world.taken(Comment, post.deletionId)).toEqual([1, 2]);
    await softDeletes.restore(User, 1);
    expect(await world.active(Comment)).toEqual([3]);
    await undo(softDeletes, post.deletionId);
    expect(await world.active(Comment)).toEqual([1, 2, 3]);
  });

  it("shows in the given object, and in those loaded below it", async () => {
    const { softDeletes } = world;
    await softDeletes.softDelete(Post, 1);
    const post = await world.row(Post, 1);

    await softDeletes.recover(Post, post, ALONE);

    expect(post.isDeleted).toBe(false);
    expect(await world.active(Comment)).toEqual([3]);
  });

  it("is refused for a whole deletion, and for what is no boolean", async () => {
    const { softDeletes } = world;
    const { deletionId } = await softDeletes.softDelete(User, 1);

    await expect(softDeletes.restoreDeletion(deletionId ?? "", ALONE as object)).rejects.toThrow(
      /below is false[.] Use true: a deletion is restored as a whole/,
    );
    await expect(softDeletes.restore(User, 1, { below: 0 as never })).rejects.toThrow(
      /the option below is 0\. Use true or false/,
    );
    expect(await world.active(User)).toEqual([2]);
  });
});

describeLawOnce("Restoring matched rows alone, in a tree", TREE, (world) => {
  it("leaves the nodes below the matched ones deleted", async () => {
    const { softDeletes } = world;
    const parents = [null, 1, 2, 3, 1];
    await world.insert(
      Node,
      parents.map((parentId, at) => ({ id: at + 1, parentId, shelfId: null })),
    );
    const { deletionId } = await softDeletes.softDelete(Node, 1);

    const restored = await softDeletes.restore(Node, [1, 2], ALONE);

    expect(restored).toMatchObject({ affected: 2, counts: { Node: 2 }, total: 2 });
    expect(await world.active(Node)).toEqual([1, 2]);
    expect(await softDeletes.restore(Node, 3)).toMatchObject({ total: 2 });
    expect(await world.taken(Node, deletionId)).toEqual([5]);
  });
});

describeLawOnce("Restoring matched rows alone, in a ring", CYCLE, (world) => {
  // Team 1 hangs by player 1, players 1 and 2 by team 1.
  beforeEach(async () => {
    await world.insert(Team, [{ id: 1, captainId: 1 }]);
    await world.insert(
      Player,
      [1, 2].map((id) => ({ id, teamId: 1, clubId: null })),
    );
  });

  it("is refused for a part of it", async () => {
    const { softDeletes } = world;
    await softDeletes.softDelete(Team, 1);

    await expect(softDeletes.restore(Team, 1, ALONE)).rejects.toMatchObject({
      code: "PARENT_DELETED",
      parents: [{ relation: "Team.captain", id: { id: 1 } }],
    });
  });

  it("restores the ring alone with parents: restore", async () => {
    const { softDeletes } = world;
    const { deletionId } = await softDeletes.softDelete(Team, 1);

    const restored = await softDeletes.restore(Team, 1, { parents: "restore", ...ALONE });

    expect(restored).toMatchObject({ affected: 1, counts: { Team: 1, Player: 1 } });
    expect(await world.taken(Player, deletionId)).toEqual([2]);
    expect(await world.active(Player)).toEqual([1]);
  });
});

describeLawOnce("Restoring matched rows alone, with two parents", DIAMOND, (world) => {
  it("leaves a row that hangs by two of them where it is", async () => {
    const { softDeletes } = world;
    await world.insert(Company, [{ id: 1 }]);
    await world.insert(Department, [{ id: 1, companyId: 1 }]);
    await world.insert(Project, [{ id: 1, companyId: 1 }]);
    await world.insert(Task, [{ id: 1, departmentId: 1, projectId: 1 }]);
    await world.insert(Step, [{ id: 1, taskId: 1 }]);
    const company = await softDeletes.softDelete(Company, 1);
    await softDeletes.restore(Department, 1, { parents: "restore", ...ALONE });
    expect(await world.active(Company)).toEqual([1]);

    await expect(softDeletes.restore(Task, 1, ALONE)).rejects.toMatchObject({
      parents: [{ relation: "Task.project" }],
    });
    await softDeletes.restore(Project, 1, ALONE);
    expect(await world.taken(Task, company.deletionId)).toEqual([1]);
    expect(await softDeletes.restore(Task, 1)).toMatchObject({ counts: { Task: 1, Step: 1 } });
  });
});
