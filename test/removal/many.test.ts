import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from "typeorm";

import { getSoftDeleteRepository, OnSoftDelete, SoftDeletable } from "../../src";
import { describeLaw } from "../laws/world";
import { left, numbered } from "../purge/world";

@Entity()
class Part extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column() code!: string;
  @Index() @Column({ type: "int", nullable: true }) wholeId!: number | null;
  @ManyToOne(() => Part) @JoinColumn() @OnSoftDelete("KEEP") whole!: Part | null;
}

@Entity()
class Note extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() partId!: number;
  @ManyToOne(() => Part) @JoinColumn() @OnSoftDelete("CASCADE") part!: Part;
}

describeLaw(
  "forceDelete of many rows with references among them",
  [Part, Note],
  (world) => {
    /** Each row refers to one of half its number, and has a note if it is one of the first hundred. */
    async function fill(count: number): Promise<number[]> {
      const rows = numbered(count + 1, (id) => ({
        code: `p${String(id)}`,
        wholeId: id === 1 || id > count ? null : Math.floor(id / 2),
      }));
      await world.insert(Part, rows);
      await world.insert(
        Note,
        numbered(100, (id) => ({ partId: id })),
      );
      return rows.slice(0, count).map((row) => row.id);
    }

    async function expectRemoved(counts: Record<string, number>, survivor: number): Promise<void> {
      expect(counts).toEqual({ Part: survivor - 1, Note: 100 });
      expect(await left(world, Part)).toEqual([survivor]);
      expect(await left(world, Note)).toEqual([]);
    }

    it("takes 100,000 ids", async () => {
      const ids = await fill(100_000);
      const result = await world.softDeletes.forceDelete(Part, ids);
      expect(result.affected).toBe(100_000);
      await expectRemoved(result.counts, 100_001);
    }, 120_000);

    it("takes 5,000 objects", async () => {
      const ids = await fill(5000);
      const parts = getSoftDeleteRepository(world.dataSource, Part);
      await parts.forceRemove(ids.map((id) => parts.create({ id })));
      expect(await left(world, Part)).toEqual([5001]);
    });

    it("takes 5,000 keys as where-objects", async () => {
      const ids = await fill(5000);
      const result = await world.softDeletes.forceDelete(
        Part,
        ids.map((id) => ({ id })),
      );
      expect(result.affected).toBe(5000);
      await expectRemoved(result.counts, 5001);
    });

    it("takes more where-objects than one statement holds, each row once", async () => {
      const ids = await fill(1000);
      const criteria = ids.map((id) => ({ code: `p${String(id)}` }));
      const result = await world.softDeletes.forceDelete(Part, [...criteria, ...criteria]);
      expect(result.affected).toBe(1000);
      await expectRemoved(result.counts, 1001);
    });
  },
  { onceOnMariaDb: true },
);
