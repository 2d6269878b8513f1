import { DeleteDateColumn, Entity, Index, PrimaryColumn } from "typeorm";

import { DeletionIdColumn, SoftDeletable } from "../../src";
import { newDeletionId } from "../../src/rows/deletion-id";
import { describeLawOnce } from "../laws/world";
import { NOW, OLD, numbered } from "./world";

/** Without the index that comes with `SoftDeletable`: rows of one moment are read in the order of their keys. */
@Entity()
class Plain {
  @PrimaryColumn() id!: number;
  @Index() @DeleteDateColumn() deletedAt!: Date | null;
  @DeletionIdColumn() deletionId!: string | null;
}

@Entity()
class Indexed extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

const ROWS = 30;

describeLawOnce("purge, rows of one moment", [Plain, Indexed], (world) => {
  it.each([
    ["reads them by another index than its own", Plain],
    ["reads them by its own index", Indexed],
  ])("takes all of them, each once, when it %s", async (_, entity) => {
    world.time = NOW;
    const ids = Array.from({ length: ROWS }, () => newDeletionId(OLD)).sort();
    // Against the order of the primary keys, and in part without a deletion.
    await world.insert<Plain>(
      entity,
      numbered(ROWS, (id) => ({
        deletedAt: OLD,
        deletionId: id % 10 === 0 ? null : ids[ROWS - id]!,
      })),
    );
    const totals: number[] = [];
    const result = await world.softDeletes.purge({
      olderThan: "30d",
      batchSize: 4,
      onProgress: ({ total }) => void totals.push(total),
    });
    expect(result).toMatchObject({ counts: { [entity.name]: ROWS }, total: ROWS, failures: [] });
    expect(totals.at(-1)).toBe(ROWS);
    expect(await world.dataSource.getRepository(entity).count({ withDeleted: true })).toBe(0);
  });
});
