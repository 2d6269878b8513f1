import { statementsOf } from "../harness";
import { BLOG, Comment, Company, CYCLE, Department, DIAMOND, Node, Player, Post } from "./entities";
import { Project, Shelf, Step, Task, Team, TREE, User } from "./entities";
import { describeLawOnce, type World } from "./world";

function ids(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1);
}

/** The statements of one operation, before which `prepare` has made a state with so many children. */
async function statements(
  world: World,
  children: number,
  prepare: (children: number) => Promise<() => Promise<unknown>>,
): Promise<number> {
  await world.empty();
  const operation = await prepare(children);
  return (await statementsOf(world.dataSource, operation)).length;
}

type Case = (world: World, children: number) => Promise<() => Promise<unknown>>;

function itCosts(world: World, cases: Record<string, Case>): void {
  it.each(Object.entries(cases))("is the same for 10 and 1,000 children: %s", async (_, run) => {
    const few = await statements(world, 10, (children) => run(world, children));
    const many = await statements(world, 1000, (children) => run(world, children));

    expect(few).toBeGreaterThan(0);
    expect(many).toBe(few);
  });
}

async function blog(world: World, children: number): Promise<void> {
  await world.insert(User, [{ id: 1 }, { id: 2 }]);
  await world.insert(
    Post,
    ids(children).map((id) => ({ id, authorId: 1, reviewerId: id % 2 === 0 ? 2 : null })),
  );
  await world.insert(
    Comment,
    ids(children).map((id) => ({ id, postId: id })),
  );
}

describeLawOnce("The number of statements, in a chain", BLOG, (world) => {
  itCosts(world, {
    softDelete: async ({ softDeletes }, children) => {
      await blog(world, children);
      return () => softDeletes.softDelete(User, 1);
    },
    restore: async ({ softDeletes }, children) => {
      await blog(world, children);
      await softDeletes.softDelete(User, 1);
      return () => softDeletes.restore(User, 1);
    },
    restoreDeletion: async ({ softDeletes }, children) => {
      await blog(world, children);
      const { deletionId } = await softDeletes.softDelete(User, 1);
      return () => softDeletes.restoreDeletion(deletionId ?? "");
    },
    "restore with hand-over": async ({ softDeletes }, children) => {
      await blog(world, children);
      await softDeletes.softDelete(User, 1);
      await softDeletes.softDelete(User, 2);
      return () => softDeletes.restore(User, 1);
    },
    "restoreDeletion with hand-over": async ({ softDeletes }, children) => {
      await blog(world, children);
      const { deletionId } = await softDeletes.softDelete(User, 1);
      await softDeletes.softDelete(User, 2);
      return () => softDeletes.restoreDeletion(deletionId ?? "");
    },
    "restore with the parents": async ({ softDeletes }, children) => {
      await blog(world, children);
      await softDeletes.softDelete(User, [1, 2]);
      return () => softDeletes.restore(Post, ids(children), { parents: "restore" });
    },
    "softDelete by a list of ids": async ({ softDeletes }, children) => {
      await blog(world, children);
      return () => softDeletes.softDelete(Post, ids(children));
    },
    "restore of all but one root": async ({ softDeletes }, children) => {
      await blog(world, children);
      await softDeletes.softDelete(Post, ids(children));
      return () => softDeletes.restore(Post, ids(children - 1));
    },
    "TypeORM's softDelete": async ({ dataSource }, children) => {
      await blog(world, children);
      return () => dataSource.getRepository(User).softDelete(1);
    },
    "TypeORM's softDelete of all children": async ({ dataSource }, children) => {
      await blog(world, children);
      return () => dataSource.getRepository(Post).softDelete({ authorId: 1 });
    },
    "TypeORM's restore": async ({ dataSource }, children) => {
      await blog(world, children);
      await dataSource.getRepository(User).softDelete(1);
      return () => dataSource.getRepository(User).restore(1);
    },
    "TypeORM's restore with hand-over": async ({ dataSource }, children) => {
      await blog(world, children);
      await dataSource.getRepository(User).softDelete(1);
      await dataSource.getRepository(User).softDelete(2);
      return () => dataSource.getRepository(User).restore(1);
    },
  });
});

describeLawOnce("The number of statements, in a diamond", DIAMOND, (world) => {
  itCosts(world, {
    "restore with hand-over of subtrees": async ({ softDeletes }, children) => {
      await world.insert(Company, [{ id: 1 }]);
      await world.insert(Department, [{ id: 1, companyId: 1 }]);
      await world.insert(Project, [{ id: 1, companyId: 1 }]);
      await world.insert(
        Task,
        ids(children).map((id) => ({ id, departmentId: 1, projectId: 1 })),
      );
      await world.insert(
        Step,
        ids(children).map((id) => ({ id, taskId: id })),
      );
      await softDeletes.softDelete(Department, 1);
      await softDeletes.softDelete(Project, 1);
      return () => softDeletes.restore(Department, 1);
    },
  });
});

describeLawOnce("The number of statements, in a tree", TREE, (world) => {
  const chain = async (children: number): Promise<void> => {
    await world.insert(Shelf, [{ id: 1 }]);
    await world.insert(
      Node,
      ids(children).map((id) => ({
        id,
        parentId: id === 1 ? null : id - 1,
        shelfId: id === children / 2 ? 1 : null,
      })),
    );
  };
  itCosts(world, {
    softDelete: async ({ softDeletes }, children) => {
      await chain(children);
      return () => softDeletes.softDelete(Node, 1);
    },
    restore: async ({ softDeletes }, children) => {
      await chain(children);
      await softDeletes.softDelete(Node, 1);
      return () => softDeletes.restore(Node, 1);
    },
    "restore with hand-over": async ({ softDeletes }, children) => {
      await chain(children);
      await softDeletes.softDelete(Node, 1);
      await softDeletes.softDelete(Shelf, 1);
      return () => softDeletes.restore(Node, 1);
    },
    "restore with the parents": async ({ softDeletes }, children) => {
      await chain(children);
      await softDeletes.softDelete(Node, 1);
      return () => softDeletes.restore(Node, children, { parents: "restore" });
    },
  });
});

describeLawOnce("The number of statements, in a cycle", CYCLE, (world) => {
  const ring = async (children: number): Promise<void> => {
    await world.insert(
      Team,
      ids(children).map((id) => ({ id, captainId: id })),
    );
    await world.insert(
      Player,
      ids(children).map((id) => ({ id, teamId: id === children ? 1 : id + 1, clubId: null })),
    );
  };
  itCosts(world, {
    softDelete: async ({ softDeletes }, children) => {
      await ring(children);
      return () => softDeletes.softDelete(Team, 1);
    },
    restoreDeletion: async ({ softDeletes }, children) => {
      await ring(children);
      const { deletionId } = await softDeletes.softDelete(Player, 1);
      return () => softDeletes.restoreDeletion(deletionId ?? "");
    },
  });
});
