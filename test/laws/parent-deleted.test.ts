import { ParentDeletedError } from "../../src";
import {
  BLOG,
  Comment,
  Department,
  DIAMOND,
  Company,
  Post,
  Project,
  Step,
  Task,
  User,
} from "./entities";
import { describeLawOnce } from "./world";

describeLawOnce("Law 7, restoring below a deleted parent", BLOG, (world) => {
  beforeEach(async () => {
    await world.insert(User, [{ id: 1 }, { id: 2 }]);
    await world.insert(Post, [
      { id: 1, authorId: 1, reviewerId: 2 },
      { id: 2, authorId: 1, reviewerId: null },
    ]);
    await world.insert(
      Comment,
      [1, 2, 3, 4].map((id) => ({ id, postId: Math.ceil(id / 2) })),
    );
  });

  it("is refused, naming the parent", async () => {
    const { softDeletes } = world;
    const { deletionId } = await softDeletes.softDelete(User, 1);
    const before = await world.everything();

    const refusal = softDeletes.restore(Post, 1);

    await expect(refusal).rejects.toThrow(ParentDeletedError);
    await expect(refusal).rejects.toMatchObject({
      code: "PARENT_DELETED",
      parents: [{ relation: "Post.author", entity: "User", id: { id: 1 }, deletionId }],
      message: expect.stringMatching(
        /^Post cannot be restored.* User 1 \(Post\.author\)/,
      ) as string,
    });
    expect(await world.everything()).toEqual(before);
  });

  it("is refused by id of a deletion, when the parent was deleted later", async () => {
    const { softDeletes } = world;
    const post = await softDeletes.softDelete(Post, 1);
    const user = await softDeletes.softDelete(User, 1);
    const before = await world.everything();

    await expect(softDeletes.restoreDeletion(post.deletionId ?? "")).rejects.toMatchObject({
      code: "PARENT_DELETED",
      parents: [{ relation: "Post.author", id: { id: 1 }, deletionId: user.deletionId }],
    });
    expect(await world.everything()).toEqual(before);
  });

  it("names both parents of a row with two", async () => {
    const { softDeletes } = world;
    await softDeletes.softDelete(Post, 1);
    await softDeletes.softDelete(User, [1, 2]);

    await expect(softDeletes.restore(Post, 1)).rejects.toMatchObject({
      parents: [
        { relation: "Post.author", id: { id: 1 } },
        { relation: "Post.reviewer", id: { id: 2 } },
      ],
    });
  });

  it("restores the chain of parents alone with parents: restore", async () => {
    const { softDeletes } = world;
    const before = await world.content();
    const { deletionId } = await softDeletes.softDelete(User, [1, 2]);

    const restored = await softDeletes.restore(Comment, 2, { parents: "restore" });

    expect(restored).toMatchObject({
      affected: 1,
      counts: { User: 2, Post: 1, Comment: 1 },
      total: 4,
      handedOver: 0,
    });
    expect(await world.active(User)).toEqual([1, 2]);
    expect(await world.active(Post)).toEqual([1]);
    expect(await world.active(Comment)).toEqual([2]);
    expect(await world.taken(Post, deletionId)).toEqual([2]);
    expect(await world.taken(Comment, deletionId)).toEqual([1, 3, 4]);
    expect(await softDeletes.restoreDeletion(deletionId ?? "")).toMatchObject({
      affected: 2,
      counts: { Post: 1, Comment: 3 },
    });
    expect(await world.content()).toEqual(before);
  });

  it("restores with parents: restore what hangs below the matched row too", async () => {
    const { softDeletes } = world;
    await softDeletes.softDelete(User, 1);

    const restored = await softDeletes.restore(Post, 1, { parents: "restore" });

    expect(restored).toMatchObject({ affected: 1, counts: { User: 1, Post: 1, Comment: 2 } });
    expect(await world.active(Post)).toEqual([1]);
    expect(await world.active(Comment)).toEqual([1, 2]);
  });

  it("restores the parents of other deletions by id of a deletion with parents: restore", async () => {
    const { softDeletes } = world;
    const post = await softDeletes.softDelete(Post, 1);
    const author = await softDeletes.softDelete(User, 1);
    await softDeletes.softDelete(User, 2);

    const undone = await softDeletes.restoreDeletion(post.deletionId ?? "", { parents: "restore" });

    expect(undone).toMatchObject({ affected: 1, counts: { User: 2, Post: 1, Comment: 2 } });
    expect(await world.active(User)).toEqual([1, 2]);
    expect(await world.taken(Post, author.deletionId)).toEqual([2]);
  });

  it("hands the matched row over with parents: hand-over", async () => {
    const { softDeletes } = world;
    const before = await world.content();
    const post = await softDeletes.softDelete(Post, 1);
    world.tick();
    const user = await softDeletes.softDelete(User, 1);

    const handed = await softDeletes.restore(Post, 1, { parents: "hand-over" });

    expect(handed).toMatchObject({ affected: 0, total: 0, handedOver: 3 });
    expect(await world.taken(Post, user.deletionId)).toEqual([1, 2]);
    expect(await world.taken(Comment, user.deletionId)).toEqual([1, 2, 3, 4]);
    await expect(softDeletes.restoreDeletion(post.deletionId ?? "")).rejects.toMatchObject({
      code: "DELETION_NOT_FOUND",
    });
    expect(await softDeletes.restore(User, 1)).toMatchObject({ affected: 1, total: 7 });
    expect(await world.content()).toEqual(before);
  });

  it("is refused as a whole when one of several matched rows is below a deleted parent", async () => {
    const { softDeletes } = world;
    await softDeletes.softDelete(Post, 2);
    await softDeletes.softDelete(User, 2);
    const before = await world.everything();

    await expect(softDeletes.restore(Post, [1, 2])).rejects.toMatchObject({
      parents: [{ relation: "Post.reviewer", id: { id: 2 } }],
    });
    expect(await world.everything()).toEqual(before);

    const some = await softDeletes.restore(Post, [1, 2], { parents: "hand-over" });
    expect(some).toMatchObject({ affected: 1, counts: { Post: 1, Comment: 2 }, handedOver: 0 });
  });

  it("refuses an unknown option before it writes", async () => {
    await expect(
      world.softDeletes.restore(Post, 1, { parents: "ignore" as "refuse" }),
    ).rejects.toMatchObject({ code: "SOFT_DELETE_OPTION" });
  });
});

describeLawOnce("Law 7, two matched rows below one another", DIAMOND, (world) => {
  it("refuses a matched row that would stay deleted only because of another's parent", async () => {
    const { softDeletes } = world;
    await world.insert(Company, [{ id: 1 }]);
    await world.insert(Department, [{ id: 1, companyId: 1 }]);
    await world.insert(Project, [{ id: 1, companyId: 1 }]);
    await world.insert(Task, [{ id: 1, departmentId: 1, projectId: 1 }]);
    await world.insert(Step, [{ id: 1, taskId: 1 }]);
    const step = await softDeletes.softDelete(Step, 1);
    await softDeletes.softDelete(Task, 1);
    await softDeletes.softDelete(Project, 1);

    await expect(softDeletes.restoreDeletion(step.deletionId ?? "")).rejects.toMatchObject({
      parents: [{ relation: "Step.task" }],
    });
    const restored = await softDeletes.restoreDeletion(step.deletionId ?? "", {
      parents: "restore",
    });
    expect(restored).toMatchObject({ affected: 1, counts: { Project: 1, Task: 1, Step: 1 } });
  });
});
