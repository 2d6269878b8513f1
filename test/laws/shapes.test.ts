import { Club, Company, CYCLE, Department, DIAMOND, Node, Player, Project, Step } from "./entities";
import { Task, Team, TREE } from "./entities";
import { describeLaw } from "./world";

describeLaw("A diamond", DIAMOND, (world) => {
  beforeEach(async () => {
    await world.insert(Company, [{ id: 1 }, { id: 2 }]);
    await world.insert(Department, [
      { id: 1, companyId: 1 },
      { id: 2, companyId: 2 },
    ]);
    await world.insert(Project, [
      { id: 1, companyId: 1 },
      { id: 2, companyId: 2 },
    ]);
    await world.insert(Task, [
      { id: 1, departmentId: 1, projectId: 1 },
      { id: 2, departmentId: 1, projectId: 2 },
      { id: 3, departmentId: 2, projectId: 2 },
    ]);
    await world.insert(
      Step,
      [1, 2, 3].map((id) => ({ id, taskId: id })),
    );
  });

  it("is taken and restored once", async () => {
    const before = await world.content();

    const { counts } = await world.softDeletes.softDelete(Company, 1);
    expect(counts).toEqual({ Company: 1, Department: 1, Project: 1, Task: 2, Step: 2 });
    expect((await world.rows(Task)).map((task) => task.version)).toEqual([2, 2, 1]);

    const restored = await world.softDeletes.restore(Company, 1);
    expect(restored).toMatchObject({ affected: 1, counts, handedOver: 0 });
    expect((await world.rows(Task)).map((task) => task.version)).toEqual([3, 3, 1]);
    expect(await world.content()).toEqual(before);
  });
});

describeLaw("A tree", TREE, (world) => {
  // 1 over 2 and 3, 2 over 4 and 5, 3 over 6; 7 on its own.
  beforeEach(() =>
    world.insert(
      Node,
      [null, 1, 1, 2, 2, 3, null].map((parentId, at) => ({ id: at + 1, parentId, shelfId: null })),
    ),
  );

  it("keeps what was deleted deeper down before", async () => {
    const { softDeletes } = world;
    const inner = await softDeletes.softDelete(Node, 2);
    const before = await world.content();
    const outer = await softDeletes.softDelete(Node, 1);
    expect(outer).toMatchObject({ affected: 1, total: 3 });

    await softDeletes.restoreDeletion(outer.deletionId ?? "");

    expect(await world.content()).toEqual(before);
    expect(await world.taken(Node, inner.deletionId)).toEqual([2, 4, 5]);
  });

  it("counts matched rows below one another as roots", async () => {
    const { softDeletes } = world;
    const before = await world.content();

    const { deletionId, ...deleted } = await softDeletes.softDelete(Node, [1, 2, 7]);
    expect(deleted).toMatchObject({ affected: 3, counts: { Node: 7 } });

    const undone = await softDeletes.restoreDeletion(deletionId ?? "");
    expect(undone).toMatchObject({ affected: 2, counts: { Node: 7 } });
    expect(await world.content()).toEqual(before);
  });

  it("takes a node once that is its own parent", async () => {
    const { softDeletes } = world;
    await world.insert(Node, [{ id: 8, parentId: 8, shelfId: null }]);
    const before = await world.content();

    const { deletionId } = await softDeletes.softDelete(Node, 8);
    expect(await world.taken(Node, deletionId)).toEqual([8]);
    expect((await world.row(Node, 8)).version).toBe(2);

    expect(await softDeletes.restore(Node, 8)).toMatchObject({ affected: 1, total: 1 });
    expect((await world.row(Node, 8)).version).toBe(3);
    expect(await world.content()).toEqual(before);
  });
});

describeLaw("A cycle over two tables", CYCLE, (world) => {
  beforeEach(async () => {
    await world.insert(Club, [{ id: 1 }]);
    await world.insert(Team, [
      { id: 1, captainId: 1 },
      { id: 2, captainId: 2 },
      { id: 3, captainId: 9 },
    ]);
    await world.insert(Player, [
      { id: 1, teamId: 2, clubId: 1 },
      { id: 2, teamId: 1, clubId: null },
      { id: 3, teamId: 2, clubId: null },
      { id: 9, teamId: null, clubId: null },
    ]);
  });

  it.each([
    ["within it", Team, { Team: 2, Player: 3 }],
    ["above it", Club, { Club: 1, Team: 2, Player: 3 }],
  ] as const)("is taken and restored from a root %s", async (_, target, counts) => {
    const { softDeletes } = world;
    const before = await world.content();

    expect(await softDeletes.softDelete(target, 1)).toMatchObject({ affected: 1, counts });
    expect(await world.active(Player)).toEqual([9]);
    expect(await softDeletes.restore(target, 1)).toMatchObject({ affected: 1, counts });
    expect(await world.content()).toEqual(before);

    const { deletionId } = await softDeletes.softDelete(target, 1);
    const undone = await softDeletes.restoreDeletion(deletionId ?? "");
    // In a cycle every row has a parent of the same deletion: there is no top row then.
    expect(undone).toMatchObject({ affected: target === Club ? 1 : 0, counts, handedOver: 0 });
    expect(await world.content()).toEqual(before);
  });

  it("comes back whole when one row of it is restored", async () => {
    const { softDeletes } = world;
    const before = await world.content();
    await softDeletes.softDelete(Team, [1, 3]);

    const restored = await softDeletes.restore(Player, 2);

    expect(restored).toMatchObject({ affected: 1, counts: { Team: 2, Player: 3 } });
    expect(await world.active(Team)).toEqual([1, 2]);
    await softDeletes.restore(Team, 3);
    expect(await world.content()).toEqual(before);
  });
});
