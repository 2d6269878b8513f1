import "reflect-metadata";
import {
  ChildEntity,
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  TableInheritance,
  type EntityTarget,
  type ObjectLiteral,
} from "typeorm";

import { OnSoftDelete, SoftDeletable, SoftDeleteLog, UniqueActive } from "../../src";
import {
  BLOG,
  Comment,
  CYCLE,
  Club,
  DIAMOND,
  Company,
  Department,
  Node,
  Player,
  Post,
  Project,
  Shelf,
  Step,
  Task,
  Team,
  TREE,
  User,
} from "../laws/entities";
import { Invoice, InvoiceLine } from "../laws/key-entities";
import { Contract, Customer, POLICIES, Purchase } from "../laws/policy-entities";
import { describeLaw, describeLawOnce, type World } from "../laws/world";
import { brokenRows, halfRestore, idsOf } from "./half-done";

async function remove(
  world: World,
  target: EntityTarget<ObjectLiteral>,
  id: number | number[],
): Promise<string> {
  const { deletionId } = await world.softDeletes.softDelete(target, id);
  if (deletionId === null) throw new Error("Nothing was deleted.");
  world.tick();
  return deletionId;
}

describeLawOnce("settle() of half-restored rows", [...BLOG, SoftDeleteLog], (world) => {
  beforeEach(async () => {
    await world.insert(User, [{ id: 1 }, { id: 2 }]);
    await world.insert(Post, [
      { id: 1, authorId: 1 },
      { id: 2, authorId: 1, reviewerId: 2 },
      { id: 3, authorId: 2 },
    ]);
    await world.insert(Comment, [
      { id: 1, postId: 1 },
      { id: 2, postId: 2 },
      { id: 3, postId: 3 },
    ]);
  });

  it("finishes the restore: what the deletion took comes back, and nothing else", async () => {
    const before = await world.content();
    await remove(world, Comment, 1);
    const apart = await world.content();
    await remove(world, User, 1);
    await halfRestore(world, "user", "id = 1");
    const { counts } = await world.softDeletes.settle();
    expect(counts).toEqual({ User: 1, Post: 2, Comment: 1 });
    const after = await world.content();
    for (const name of ["User", "Post", "Comment"]) expect(after[name]).toEqual(apart[name]);
    expect(before["Comment"]).not.toEqual(after["Comment"]);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it("logs it as the restore that it is", async () => {
    const deletionId = await remove(world, User, 1);
    await halfRestore(world, "user", "id = 1");
    await world.softDeletes.settle();
    const [deletion] = await world.softDeletes.deletions({ deletionId });
    expect(deletion).toMatchObject({ deletionId, left: {} });
    expect(deletion?.restoredAt).toBeInstanceOf(Date);
  });

  it("does not move the version of the row itself again", async () => {
    await remove(world, User, 1);
    const { version } = await world.row(User, 1);
    const { version: below } = await world.row(Post, 1);
    await halfRestore(world, "user", "id = 1");
    await world.softDeletes.settle();
    await expect(world.row(User, 1)).resolves.toMatchObject({ version });
    await expect(world.row(Post, 1)).resolves.toMatchObject({ version: below + 1 });
  });

  it("takes it back below a parent that is still deleted, at the time of the deletion", async () => {
    await remove(world, User, 1);
    const before = await world.content();
    await halfRestore(world, "post", "id = 1");
    await halfRestore(world, "comment", "id = 2");
    const { counts } = await world.softDeletes.settle();
    expect(counts).toEqual({ Post: 1, Comment: 1 });
    const after = await world.content();
    for (const name of ["User", "Post", "Comment"]) expect(after[name]).toEqual(before[name]);
  });

  it("decides each row of a table for itself", async () => {
    const first = await remove(world, User, 1);
    await remove(world, Post, 3);
    await halfRestore(world, "post", "id IN (1, 3)");
    await world.softDeletes.settle();
    expect(await world.active(Post)).toEqual([3]);
    expect(await world.active(Comment)).toEqual([3]);
    expect(await world.taken(Post, first)).toEqual([1, 2]);
    await expect(brokenRows(world)).resolves.toEqual([]);
    expect(await world.softDeletes.settle()).toMatchObject({ total: 0 });
  });

  it("hands over what hangs by another parent that was deleted later", async () => {
    await remove(world, User, 1);
    const second = await remove(world, User, 2);
    await halfRestore(world, "user", "id = 1");
    await world.softDeletes.settle();
    expect(await world.active(Post)).toEqual([1]);
    expect(await world.taken(Post, second)).toEqual([2, 3]);
    expect(await world.taken(Comment, second)).toEqual([2, 3]);
    await world.softDeletes.restoreDeletion(second);
    expect(await world.active(Comment)).toEqual([1, 2, 3]);
  });

  it("finishes a restore of several levels, each half done", async () => {
    await remove(world, User, 1);
    const before = await world.content();
    for (const table of ["user", "post", "comment"]) {
      await halfRestore(world, table, `${world.escape("deletionId")} IS NOT NULL`);
    }
    await world.softDeletes.settle();
    expect(await world.active(Comment)).toEqual([1, 2, 3]);
    expect(await idsOf(world, Post)).toEqual({ 1: null, 2: null, 3: null });
    expect(before["User"]).toHaveLength(2);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it("takes along what has been put below a row that is taken back", async () => {
    const deletionId = await remove(world, User, 1);
    await halfRestore(world, "post", "id = 1");
    await world.insert(Comment, [{ id: 9, postId: 1 }]);
    const { counts } = await world.softDeletes.settle();
    expect(counts).toEqual({ Post: 1, Comment: 1 });
    expect(await world.taken(Comment, deletionId)).toEqual([1, 2, 9]);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it("keeps their ids where a cascade from above comes by", async () => {
    const own = await remove(world, Post, 1);
    await world.dataSource.query(
      `UPDATE ${world.escape("user")} SET ${world.escape("deletedAt")} = '2020-02-02 10:00:00' WHERE id = 1`,
    );
    await halfRestore(world, "post", "id = 1");
    await world.softDeletes.settle(User, { cascade: true });
    expect(await idsOf(world, Post)).toMatchObject({ 1: own });
    await world.softDeletes.settle();
    expect(await world.taken(Post, own)).toEqual([1]);
    expect(await world.taken(Comment, own)).toEqual([1]);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it("clears an id that is none of this package's, which tells nothing", async () => {
    const id = "0190163d-8694-4a00-8000-000000000000";
    await world.dataSource.query(
      `UPDATE ${world.escape("user")} SET ${world.escape("deletionId")} = '${id}' WHERE id = 1`,
    );
    expect(await world.softDeletes.settle()).toMatchObject({ counts: { User: 1 } });
    expect(await idsOf(world, User)).toEqual({ 1: null, 2: null });
  });

  it("finishes 2,500 restores in batches", async () => {
    const ids = Array.from({ length: 2500 }, (_, index) => index + 10);
    await world.insert(
      User,
      ids.map((id) => ({ id })),
    );
    await world.insert(
      Post,
      ids.map((id) => ({ id, authorId: id })),
    );
    await remove(world, User, ids);
    await halfRestore(world, "user", "id >= 10");
    const seen: number[] = [];
    await world.softDeletes.settle({ onProgress: ({ total }) => void seen.push(total) });
    expect(seen).toEqual([2000, 4000, 5000]);
    expect(await world.active(Post)).toHaveLength(2503);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });
});

describeLawOnce("settle() of half-restored rows below several parents", DIAMOND, (world) => {
  it("hands whole subtrees over", async () => {
    await world.insert(Company, [{ id: 1 }]);
    await world.insert(Department, [{ id: 1, companyId: 1 }]);
    await world.insert(Project, [{ id: 1, companyId: 1 }]);
    await world.insert(Task, [
      { id: 1, departmentId: 1, projectId: 1 },
      { id: 2, departmentId: 1, projectId: 1 },
    ]);
    await world.insert(Step, [
      { id: 1, taskId: 1 },
      { id: 2, taskId: 2 },
    ]);
    await remove(world, Department, 1);
    const project = await remove(world, Project, 1);
    await halfRestore(world, "department", "id = 1");
    await world.softDeletes.settle();
    expect(await world.active(Department)).toEqual([1]);
    expect(await world.taken(Task, project)).toEqual([1, 2]);
    expect(await world.taken(Step, project)).toEqual([1, 2]);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });
});

describeLawOnce("settle() of half-restored rows in cycles", [...TREE, ...CYCLE], (world) => {
  it("finishes within a tree, or takes back whole branches", async () => {
    await world.insert(Shelf, [{ id: 1 }]);
    const chain = Array.from({ length: 12 }, (_, index) => index + 1);
    await world.insert(
      Node,
      chain.map((id) => ({ id, parentId: id > 1 ? id - 1 : null })),
    );
    const deep = await remove(world, Node, 9);
    const top = await remove(world, Node, 3);
    // One at the top of its deletion, one in its middle, one of another deletion below it.
    await halfRestore(world, "node", "id IN (3, 6, 10)");
    await world.softDeletes.settle();
    expect(await world.active(Node)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await world.taken(Node, deep)).toEqual([9, 10, 11, 12]);
    expect(Object.values(await idsOf(world, Node))).not.toContain(top);
    await halfRestore(world, "node", "id = 10");
    await world.softDeletes.settle();
    expect(await world.taken(Node, deep)).toEqual([9, 10, 11, 12]);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it("brings a ring back as a whole, or not at all", async () => {
    await world.insert(Club, [{ id: 1 }]);
    await world.insert(Team, [{ id: 1, captainId: 1 }]);
    await world.insert(Player, [
      { id: 1, teamId: 1 },
      { id: 2, teamId: 1 },
    ]);
    const first = await remove(world, Team, 1);
    await halfRestore(world, "team", "id = 1");
    await world.softDeletes.settle();
    expect([await world.active(Team), await world.active(Player)]).toEqual([[1], [1, 2]]);
    expect(Object.values(await idsOf(world, Player))).not.toContain(first);

    const second = await remove(world, Team, 1);
    const { escape } = world.dataSource.driver;
    const clubId = escape.call(world.dataSource.driver, "clubId");
    await world.dataSource.query(`UPDATE player SET ${clubId} = 1 WHERE id = 1`);
    await remove(world, Club, 1);
    const before = await world.content();
    await halfRestore(world, "team", "id = 1");
    await world.softDeletes.settle();
    expect(await world.content()).toEqual(before);
    expect(await world.taken(Team, second)).toEqual([1]);
  });
});

describeLaw(
  "settle() of half-restored rows with composite keys",
  [Invoice, InvoiceLine],
  (world) => {
    it("decides each by its own key", async () => {
      const keys = ["a", "b"].flatMap((tenant) => [1, 2].map((number) => ({ tenant, number })));
      await world.insert(Invoice, keys);
      await world.insert(
        InvoiceLine,
        keys.map(({ tenant, number }) => ({ tenant, invoiceNumber: number, position: 1 })),
      );
      for (const key of keys) {
        await world.softDeletes.softDelete(Invoice, key);
        world.tick();
      }
      const before = await world.content();
      await halfRestore(world, "invoice", "tenant = 'a'");
      await halfRestore(world, "invoice_line", "tenant = 'b' AND invoice_no = 1");
      await world.softDeletes.settle();
      const deleted = (rows: Record<string, unknown>[] = []): unknown[] =>
        rows.filter((row) => row["deletedAt"] !== null);
      const after = await world.content();
      const ofB = (rows: Record<string, unknown>[] = []): unknown[] =>
        rows.filter((row) => row["tenant"] === "b");
      for (const name of ["Invoice", "InvoiceLine"])
        expect(deleted(after[name])).toEqual(ofB(before[name]));
      await expect(brokenRows(world)).resolves.toEqual([]);
    });
  },
);

describeLawOnce("settle() of half-restored rows over RESTRICT", POLICIES, (world) => {
  beforeEach(async () => {
    await world.insert(Customer, [{ id: 1 }]);
    await world.insert(Contract, [{ id: 1, customerId: 1 }]);
    await world.insert(Purchase, [{ id: 1, customerId: 1, contractId: 1 }]);
  });

  it("leaves a row that can neither come back nor go, with its id, until its parent is back", async () => {
    const deletionId = await remove(world, Customer, 1);
    await halfRestore(world, "contract", "id = 1");
    const receipt = { id: 1, contractId: 1 };
    await world.dataSource.getRepository("Receipt").insert(receipt);
    await world.softDeletes.settle({ cascade: true });
    expect(await idsOf(world, Contract)).toEqual({ 1: deletionId });
    expect(await world.active(Contract)).toEqual([1]);
    expect((await brokenRows(world)).map(({ code }) => code).sort()).toEqual([
      "active-below-deleted-parent",
      "active-with-deletion-id",
    ]);
    await world.softDeletes.restore(Customer, 1);
    await world.softDeletes.settle();
    expect(await world.active(Purchase)).toEqual([1]);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });

  it("takes a row back that hangs by a deleted parent over RESTRICT", async () => {
    const deletionId = await remove(world, Customer, 1);
    await halfRestore(world, "purchase", "id = 1");
    await world.softDeletes.settle();
    expect(await world.taken(Purchase, deletionId)).toEqual([1]);
    await expect(brokenRows(world)).resolves.toEqual([]);
  });
});

@Entity()
class Owner extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

/** Of several kinds, whose names are unique among the active ones. */
@Entity()
@TableInheritance({ column: { name: "kind", type: "varchar" } })
class Pet extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column({ length: 50 }) @UniqueActive() name!: string;
  @Index() @Column({ type: "int", nullable: true }) ownerId!: number | null;
  @ManyToOne(() => Owner) @JoinColumn() @OnSoftDelete("CASCADE") owner!: Owner | null;
}

@ChildEntity()
class Cat extends Pet {}

@ChildEntity()
class Dog extends Pet {
  @Index() @Column({ type: "int", nullable: true }) catId!: number | null;
  @ManyToOne(() => Cat, { createForeignKeyConstraints: false })
  @JoinColumn()
  @OnSoftDelete("CASCADE")
  cat!: Cat | null;
}

describeLaw(
  "settle() of half-restored rows of several kinds",
  [Owner, Pet, Cat, Dog],
  (world) => {
    beforeEach(async () => {
      await world.insert(Owner, [{ id: 1 }, { id: 2 }, { id: 3 }]);
      await world.insert(Cat, [
        { id: 1, name: "Tom", ownerId: 1 },
        { id: 2, name: "Kit", ownerId: 2 },
      ]);
      await world.insert(Dog, [{ id: 3, name: "Rex", catId: 1 }]);
    });

    it("brings back rows of all kinds", async () => {
      await remove(world, Owner, 1);
      await halfRestore(world, "owner", "id = 1");
      await world.softDeletes.settle();
      expect(await world.active(Pet)).toEqual([1, 2, 3]);
      await expect(brokenRows(world)).resolves.toEqual([]);
    });

    it("takes back what ran into a unique key that is taken, and that alone", async () => {
      const first = await remove(world, Owner, 1);
      await remove(world, Owner, [2, 3]);
      const before = await world.row(Owner, 1);
      await world.insert(Cat, [{ id: 9, name: "Rex" }]);
      await halfRestore(world, "owner", "1 = 1");
      await world.softDeletes.settle();
      expect(await world.active(Owner)).toEqual([2, 3]);
      expect(await world.row(Owner, 1)).toEqual(before);
      expect(await world.taken(Pet, first)).toEqual([1, 3]);
      expect(await world.active(Pet)).toEqual([2, 9]);
      await expect(brokenRows(world)).resolves.toEqual([]);
    });
  },
  { onceOnMariaDb: true },
);
