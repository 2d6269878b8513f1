import { Column, Entity, ManyToOne, PrimaryColumn } from "typeorm";

import { getSoftDeleteRepository, SoftDeletable, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase } from "../harness";

// TypeORM selects it as "matched_" and the column's name, which is longer than a name may be: it cuts and hashes that.
const LONG = "key_of_".padEnd(57, "x");

@Entity("topic")
class Topic extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column() title!: string;
}

@Entity("reply")
class Reply extends SoftDeletable {
  @PrimaryColumn({ name: LONG }) id!: number;
  @ManyToOne(() => Topic) topic!: Topic;
}

describeEachDatabase("a key column with a name of 57 characters", (database) => {
  it("is matched by conditions on related rows", async () => {
    const dataSource = await database.open([Topic, Reply], { subscribers: [SoftDeleteSubscriber] });
    const topics = await dataSource.manager.save(
      Topic,
      ["one", "two"].map((title, id) => ({ id, title })),
    );
    const replies = getSoftDeleteRepository(dataSource, Reply);
    await replies.save(topics.map((topic, id) => ({ id, topic })));
    const where = { topic: { title: "two" } };
    const active = async () => (await replies.find({ order: { id: "ASC" } })).map(({ id }) => id);

    expect((await replies.previewSoftDelete(where)).total).toBe(1);
    expect((await replies.softDelete(where)).affected).toBe(1);
    expect(await active()).toEqual([0]);
    expect((await replies.restore(where)).affected).toBe(1);
    expect(await active()).toEqual([0, 1]);
    expect((await replies.forceDelete(where)).affected).toBe(1);
    expect(await active()).toEqual([0]);
  });
});
