import "reflect-metadata";
import { Entity, PrimaryColumn } from "typeorm";

import { SoftDeletable, SoftDeleteManager, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase } from "../harness";

@Entity()
class Reading extends SoftDeletable {
  @PrimaryColumn({ type: Date, precision: 6 }) at!: Date;
}

describeEachDatabase("softRemove() and recover() of TypeORM", (database) => {
  it("stamp each of several rows whose keys are dates within one second", async () => {
    const dataSource = await database.open([Reading], { subscribers: [SoftDeleteSubscriber] });
    const readings = dataSource.getRepository(Reading);
    await readings.insert([0, 1, 2].map((ms) => ({ at: new Date(1_780_000_000_000 + ms) })));
    const given = await readings.find();

    await readings.softRemove(given);
    const rows = await readings.find({ withDeleted: true });
    expect(rows.map((row) => row.deletionId)).not.toContain(null);
    expect(new Set(given.map((one) => one.deletionId)).size).toBe(1);

    await readings.recover(given);
    expect(await readings.count()).toBe(3);
    const findings = await new SoftDeleteManager(dataSource).check();
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });
});
