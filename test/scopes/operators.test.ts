import {
  And,
  Between,
  Column,
  Entity,
  Equal,
  In,
  Like,
  MoreThan,
  Not,
  PrimaryColumn,
  type FindOptionsWhere,
} from "typeorm";

import { getSoftDeleteRepository, SoftDeletable, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase } from "../harness";

const CENTS = { to: (euros: number) => euros * 100, from: (cents: number) => cents / 100 };
const HEX = {
  to: (text: string) => Buffer.from(text).toString("hex"),
  from: (text: string) => Buffer.from(text, "hex").toString(),
};

@Entity()
class Ware extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column({ type: "int", transformer: CENTS }) price!: number;
  @Column({ type: "varchar", length: 40, transformer: HEX }) code!: string;
}

describeEachDatabase("A where that a read has run", (database) => {
  async function wares() {
    const dataSource = await database.open([Ware], { subscribers: [SoftDeleteSubscriber] });
    await dataSource.manager.insert(Ware, [
      { id: 1, price: 1, code: "ab" },
      { id: 2, price: 2, code: "cd" },
      { id: 3, price: 3, code: "ef" },
    ]);
    return getSoftDeleteRepository(dataSource, Ware);
  }

  it.each<[string, () => FindOptionsWhere<Ware>, readonly number[]]>([
    ["MoreThan", () => ({ price: MoreThan(1) }), [2, 3]],
    ["Not(MoreThan)", () => ({ price: Not(MoreThan(1)) }), [1]],
    ["In", () => ({ price: In([1, 3]) }), [1, 3]],
    ["Between", () => ({ price: Between(2, 9) }), [2, 3]],
    ["And", () => ({ price: And(MoreThan(1), Not(Equal(3))) }), [2]],
    ["Equal", () => ({ code: Equal("cd") }), [2]],
    ["Not(In)", () => ({ code: Not(In(["cd", "ef"])) }), [1]],
    ["Like, whose pattern is transformed as well", () => ({ code: Like("b%") }), []],
  ])("means the same to a verb afterwards: %s", async (_, make, ids) => {
    const repository = await wares();
    const where = make();
    const named = async () => (await repository.findBy(where)).map(({ id }) => id).sort();

    expect(await named()).toEqual(ids);
    expect(await named()).toEqual(ids);
    expect(await repository.countBy(where)).toBe(ids.length);
    const scoped = repository.withDeleted({ relations: {} });
    expect((await scoped.find({ where: [where, where] })).map(({ id }) => id).sort()).toEqual(ids);
    expect(await repository.existsBy(where)).toBe(ids.length > 0);
    await repository.sum("id", where);
    await repository.withDeleted().findAndCountBy(where);
    expect(where).toEqual(make());

    expect(await repository.previewSoftDelete(where)).toMatchObject({ total: ids.length });
    expect(await repository.softDelete(where)).toMatchObject({ affected: ids.length });
    expect((await repository.onlyDeleted().find()).map(({ id }) => id).sort()).toEqual(ids);
  });
});
