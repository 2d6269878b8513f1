import { Entity, PrimaryColumn } from "typeorm";

import { getSoftDeleteRepository, SoftDeletable } from "../../src";
import { statementsOf } from "../harness";
import { describeLawOnce } from "../laws/world";

@Entity()
class Note extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

describeLawOnce("onlyDeleted().find", [Note], (world) => {
  it("asks for the condition by which a partial index is recognized, and goes by it", async () => {
    await world.insert(Note, [{ id: 1 }, { id: 2, deletedAt: new Date() }]);
    const notes = getSoftDeleteRepository(world.dataSource, Note).onlyDeleted();
    const [statement = "", ...others] = await statementsOf(world.dataSource, () =>
      notes.find({ order: { deletedAt: "DESC" } }),
    );
    expect(others).toEqual([]);
    expect(statement).toMatch(/deletedAt[`"] IS NOT NULL/);
    // The other databases read so small a table whole.
    if (world.database !== "better-sqlite3") return;
    const plan = await world.dataSource.query<{ detail: string }[]>(
      `EXPLAIN QUERY PLAN ${statement}`,
    );
    expect(plan.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/USING (COVERING )?INDEX IDX_/),
    ]);
  });
});
