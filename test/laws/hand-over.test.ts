import { Club, Company, CYCLE, Department, DIAMOND, Node, Player, Project } from "./entities";
import { Shelf, Step, Task, Team, TREE } from "./entities";
import { describeLaw } from "./world";

describeLaw("Law 6, hand-over between tables", DIAMOND, (world) => {
  // Tasks 1 and 2 hang by department 1 and project 1, task 3 by department 1 and project 2.
  beforeEach(async () => {
    await world.insert(Company, [{ id: 1 }]);
    await world.insert(
      Department,
      [1, 2].map((id) => ({ id, companyId: 1 })),
    );
    await world.insert(
      Project,
      [1, 2].map((id) => ({ id, companyId: 1 })),
    );
    await world.insert(Task, [
      { id: 1, departmentId: 1, projectId: 1 },
      { id: 2, departmentId: 1, projectId: 1 },
      { id: 3, departmentId: 1, projectId: 2 },
    ]);
    await world.insert(
      Step,
      [1, 2, 3].map((id) => ({ id, taskId: id })),
    );
  });

  it("keeps a row deleted whose other parent stays deleted, with all below it", async () => {
    const { softDeletes } = world;
    await softDeletes.softDelete(Department, 1);
    world.tick(10);
    const project = await softDeletes.softDelete(Project, 1);
    expect(project.counts).toEqual({ Project: 1 });

    const restored = await softDeletes.restore(Department, 1);

    expect(restored).toMatchObject({
      affected: 1,
      counts: { Department: 1, Task: 1, Step: 1 },
      total: 3,
      handedOver: 4,
    });
    expect(await world.active(Task)).toEqual([3]);
    expect(await world.active(Step)).toEqual([3]);
    expect(await world.taken(Task, project.deletionId)).toEqual([1, 2]);
    expect(await world.taken(Step, project.deletionId)).toEqual([1, 2]);
    expect((await world.row(Step, 1)).deletedAt).toEqual(project.deletedAt);
  });

  it.each([
    ["first, then the second", [Department, Project]],
    ["second, then the first", [Project, Department]],
  ])("brings a row back with the last of its parents: the %s", async (_, order) => {
    const { softDeletes } = world;
    const before = await world.content();
    await softDeletes.softDelete(Department, 1);
    world.tick();
    await softDeletes.softDelete(Project, 1);

    const [first, last] = order;
    if (!first || !last) throw new Error("Two parents.");
    await softDeletes.restore(first, 1);
    expect((await world.row(Task, 1)).isDeleted).toBe(true);
    expect((await world.row(Step, 1)).isDeleted).toBe(true);

    await softDeletes.restore(last, 1);
    expect(await world.content()).toEqual(before);
  });

  it("brings rows back with the last of their parents when deletions are undone by id", async () => {
    const { softDeletes } = world;
    const before = await world.content();
    const one = await softDeletes.softDelete(Department, 1);
    const two = await softDeletes.softDelete(Project, 1);

    const undone = await softDeletes.restoreDeletion(one.deletionId ?? "");
    expect(undone).toMatchObject({ affected: 1, total: 3, handedOver: 4 });
    const rest = await softDeletes.restoreDeletion(two.deletionId ?? "");
    expect(rest).toMatchObject({ affected: 1, total: 5, handedOver: 0 });
    expect(await world.content()).toEqual(before);
  });

  it("moves the version of a row that is handed over once", async () => {
    const { softDeletes } = world;
    await softDeletes.softDelete(Department, 1);
    await softDeletes.softDelete(Project, 1);

    await softDeletes.restore(Department, 1);

    expect((await world.rows(Task)).map((task) => task.version)).toEqual([3, 3, 3]);
  });

  it("leaves a row as it was that stays in its own deletion", async () => {
    const { softDeletes } = world;
    const deletion = await softDeletes.softDelete(Department, 1);
    world.tick(10);
    const before = await world.everything();

    const restored = await softDeletes.restore(Task, 1, { parents: "hand-over" });

    expect(restored).toMatchObject({ affected: 0, counts: {}, total: 0, handedOver: 0 });
    expect(await world.everything()).toEqual(before);
    expect(await world.taken(Step, deletion.deletionId)).toEqual([1, 2, 3]);
  });

  it("leaves the rows of one deletion as they were and hands over those of another", async () => {
    const { softDeletes } = world;
    const other = await softDeletes.softDelete(Task, 1);
    world.tick(10);
    const deletion = await softDeletes.softDelete(Department, 1);
    const before = await world.rows(Task);

    const restored = await softDeletes.restore(Task, [1, 2], { parents: "hand-over" });

    expect(restored).toMatchObject({ affected: 0, total: 0, handedOver: 2 });
    expect(await world.taken(Task, deletion.deletionId)).toEqual([1, 2, 3]);
    expect(await world.taken(Step, deletion.deletionId)).toEqual([1, 2, 3]);
    await expect(softDeletes.restoreDeletion(other.deletionId ?? "")).rejects.toMatchObject({
      code: "DELETION_NOT_FOUND",
    });
    const after = await world.rows(Task);
    expect(after[0]?.version).toBe((before[0]?.version ?? 0) + 1);
    expect(after.slice(1)).toEqual(before.slice(1));
  });

  it("gives rows below a parent that plain TypeORM has deleted a deletion of their own", async () => {
    const { softDeletes } = world;
    await softDeletes.softDelete(Department, 1);
    world.tick(10);
    await world.dataSource.query(
      `UPDATE ${world.escape("project")} SET ${world.escape("deletedAt")} = '2020-01-01 00:00:00' WHERE id = 1`,
    );

    const restored = await softDeletes.restore(Department, 1);

    expect(restored).toMatchObject({ total: 3, handedOver: 4 });
    const task = await world.row(Task, 1);
    expect(task.deletedAt).toEqual(world.time);
    expect(await world.taken(Task, task.deletionId)).toEqual([1, 2]);
    expect(await world.taken(Step, task.deletionId)).toEqual([1, 2]);
    expect((await world.row(Project, 1)).deletionId).toBeNull();
    const project = await softDeletes.restore(Project, 1);
    expect(project).toMatchObject({ affected: 1, counts: { Project: 1 } });
    expect(await softDeletes.restoreDeletion(task.deletionId ?? "")).toMatchObject({
      affected: 2,
      counts: { Task: 2, Step: 2 },
    });
  });
});

describeLaw("Law 6, hand-over within a tree", TREE, (world) => {
  // 1 over 2 over 3 over 4; 1 over 5. Nodes 2 and 5 stand on shelf 1.
  beforeEach(async () => {
    await world.insert(Shelf, [{ id: 1 }]);
    await world.insert(Node, [
      { id: 1, parentId: null, shelfId: null },
      { id: 2, parentId: 1, shelfId: 1 },
      { id: 3, parentId: 2, shelfId: null },
      { id: 4, parentId: 3, shelfId: null },
      { id: 5, parentId: 1, shelfId: 1 },
    ]);
  });

  it("hands over the subtree below a node with another deleted parent", async () => {
    const { softDeletes } = world;
    const before = await world.content();
    await softDeletes.softDelete(Node, 1);
    world.tick();
    const shelf = await softDeletes.softDelete(Shelf, 1);

    const restored = await softDeletes.restore(Node, 1);

    expect(restored).toMatchObject({ affected: 1, counts: { Node: 1 }, handedOver: 4 });
    expect(await world.taken(Node, shelf.deletionId)).toEqual([2, 3, 4, 5]);
    expect(await softDeletes.restore(Shelf, 1)).toMatchObject({ counts: { Shelf: 1, Node: 4 } });
    expect(await world.content()).toEqual(before);
  });

  it("hands the rows of the shelf over to the tree", async () => {
    const { softDeletes } = world;
    const before = await world.content();
    await softDeletes.softDelete(Shelf, 1);
    world.tick();
    const tree = await softDeletes.softDelete(Node, 1);
    expect(tree.total).toBe(1);

    const restored = await softDeletes.restore(Shelf, 1);

    expect(restored).toMatchObject({ affected: 1, counts: { Shelf: 1 }, handedOver: 4 });
    expect(await world.taken(Node, tree.deletionId)).toEqual([1, 2, 3, 4, 5]);
    await softDeletes.restore(Node, 1);
    expect(await world.content()).toEqual(before);
  });
});

describeLaw("Law 6, hand-over to the same deletion, within a tree", TREE, (world) => {
  it("leaves a subtree as it was that stays in its own deletion", async () => {
    const { softDeletes } = world;
    const parents = [null, 1, 2, 3, 3];
    await world.insert(
      Node,
      parents.map((parentId, at) => ({ id: at + 1, parentId, shelfId: null })),
    );
    const leaf = await softDeletes.softDelete(Node, 5);
    world.tick(10);
    const tree = await softDeletes.softDelete(Node, 1);
    const before = await world.rows(Node);

    const restored = await softDeletes.restore(Node, [2, 5], { parents: "hand-over" });

    expect(restored).toMatchObject({ affected: 0, total: 0, handedOver: 1 });
    expect((await world.rows(Node)).slice(0, 4)).toEqual(before.slice(0, 4));
    expect(await world.taken(Node, tree.deletionId)).toEqual([1, 2, 3, 4, 5]);
    expect(await world.row(Node, 5)).toMatchObject({ version: 3 });
    expect(leaf.deletionId).not.toBe(tree.deletionId);
  });
});

describeLaw("Law 6, hand-over within a cycle", CYCLE, (world) => {
  beforeEach(async () => {
    await world.insert(Club, [{ id: 1 }]);
    await world.insert(Team, [{ id: 1, captainId: 1 }]);
    await world.insert(Player, [
      { id: 1, teamId: 1, clubId: 1 },
      { id: 2, teamId: 1, clubId: null },
    ]);
  });

  it("hands the whole cycle over to a parent outside it, and brings it back", async () => {
    const { softDeletes } = world;
    const before = await world.content();
    const cycle = await softDeletes.softDelete(Team, 1);
    world.tick();
    const club = await softDeletes.softDelete(Club, 1);

    await expect(softDeletes.restore(Team, 1)).rejects.toMatchObject({ code: "PARENT_DELETED" });
    expect(await world.taken(Player, cycle.deletionId)).toEqual([1, 2]);
    const handed = await softDeletes.restore(Team, 1, { parents: "hand-over" });

    expect(handed).toMatchObject({ affected: 0, total: 0, handedOver: 3 });
    expect(await world.taken(Player, club.deletionId)).toEqual([1, 2]);
    expect(await world.taken(Team, club.deletionId)).toEqual([1]);
    expect(await softDeletes.restore(Club, 1)).toMatchObject({ affected: 1, total: 4 });
    expect(await world.content()).toEqual(before);
  });
});
