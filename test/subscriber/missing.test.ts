import { Column, Entity, PrimaryGeneratedColumn, type DataSource } from "typeorm";

import { getSoftDeleteRepository, SoftDeletable, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase } from "../harness";

@Entity("lonely")
class Lonely extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
}

/** What the data source's logger is warned of while its rows are deleted and restored, twice. */
async function warnings(dataSource: DataSource): Promise<string[]> {
  const told: string[] = [];
  dataSource.logger = Object.assign(Object.create(dataSource.logger) as DataSource["logger"], {
    log: (level: string, message: string) => told.push(`${level} ${message}`),
  });
  const repository = getSoftDeleteRepository(dataSource, Lonely);
  await repository.save({ name: "a" });
  await repository.find();
  expect(told).toEqual([]);
  for (let time = 0; time < 2; time++) {
    await repository.softDelete({ name: "a" });
    await repository.restore({ name: "a" });
  }
  return told;
}

describeEachDatabase("a data source without the subscriber", (database) => {
  it("is told so once, by a warning of its logger, when this package first writes there", async () => {
    const told = await warnings(await database.open([Lonely]));

    expect(told).toEqual([
      expect.stringMatching(/^warn typeorm-soft-delete: SoftDeleteSubscriber is not among/),
    ]);
  });

  it("is the only one that is", async () => {
    const dataSource = await database.open([Lonely], { subscribers: [SoftDeleteSubscriber] });

    expect(await warnings(dataSource)).toEqual([]);
  });
});
