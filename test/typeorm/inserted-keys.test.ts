import { EventSubscriber, type BeforeQueryEvent, type EntitySubscriberInterface } from "typeorm";

import { hasExactKeys, insertsOnly } from "../../src/typeorm/inserted-keys";
import { describeEachDatabase } from "../harness";
import { Owner, Cat, ENTITIES } from "../guards/entities";
import { openOnce } from "./entities";
import { leaning } from "./leaning";

let statements: string[] = [];

@EventSubscriber()
class Listening implements EntitySubscriberInterface {
  beforeQuery({ query }: BeforeQueryEvent): void {
    statements.push(query);
  }
}

describeEachDatabase("inserted-keys", (database) => {
  const opened = openOnce(database, ENTITIES, { subscribers: [Listening] });
  const { itStill } = leaning(
    "src/typeorm/inserted-keys.ts",
    "src/native/guards/insert-calls.ts",
    "src/native/guards/remove-inserted.ts",
  );

  itStill(
    "tells in the text of an INSERT whether it may change a row that is there",
    async () => {
      const { manager } = opened.dataSource;
      const metadata = manager.dataSource.getMetadata(Owner);
      const { name } = manager.dataSource.getMetadata(Cat);
      const told = async (call: () => Promise<unknown>): Promise<boolean> => {
        statements = [];
        await call();
        return insertsOnly(statements, metadata);
      };
      const inserting = (id: number) =>
        manager.createQueryBuilder().insert().into(Owner).values({ id, name: "a" });
      return [
        await told(() => inserting(1001).execute()),
        await told(() => manager.insert(Owner, [{ name: "a" }, { name: "b" }])),
        await told(() => manager.upsert(Owner, { id: 1001, name: "c" }, ["id"])),
        await told(() => inserting(1001).orUpdate(["name"], ["id"]).execute()),
        await told(() => inserting(1001).orIgnore().execute()),
        await told(() => manager.insert(name, { name: "tom" })),
        await told(() => Promise.all([inserting(5002).execute(), inserting(5003).execute()])),
      ];
    },
    [true, true, false, false, false, false, false],
  );

  itStill(
    "fills the keys of the rows of an INSERT in, in their order",
    async () => {
      const { manager } = opened.dataSource;
      const metadata = manager.dataSource.getMetadata(Owner);
      const one = manager.create(Owner, { name: "one" });
      await manager.insert(Owner, one);
      const three = ["x", "y", "z"].map((name) => manager.create(Owner, { name }));
      await manager.insert(Owner, three);
      const exact = hasExactKeys(metadata, [false, false, false]);
      const objects = exact ? [one, ...three] : [one];
      const names = await Promise.all(
        objects.map(async ({ id }) => (await manager.findOneByOrFail(Owner, { id })).name),
      );
      return names.every((name, at) => name === objects[at]?.name);
    },
    true,
  );

  it("are not certain where some were given and some counted", () => {
    const { dataSource } = opened;
    const [numbers, uuids] = [dataSource.getMetadata(Owner), dataSource.getMetadata(Cat)];
    const several = database.name !== "mysql";
    expect(hasExactKeys(numbers, [false])).toBe(true);
    expect(hasExactKeys(numbers, [true, true])).toBe(true);
    expect(hasExactKeys(numbers, [true, false])).toBe(false);
    expect(hasExactKeys(numbers, [false, false])).toBe(several);
    expect(hasExactKeys(uuids, [true, false])).toBe(true);
  });
});
