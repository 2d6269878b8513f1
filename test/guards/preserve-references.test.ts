import { EventSubscriber, type DataSource, type EntitySubscriberInterface } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase, statementsOf } from "../harness";
import { Card, ENTITIES, Owner } from "./entities";

const KINDS = ["plain", "eager", "lazy", "single", "mapped"] as const;
type Kind = (typeof KINDS)[number];

interface Opened {
  ds: DataSource;
  gone: Owner;
  other: Owner;
  id: number;
}

async function fill(ds: DataSource): Promise<Opened> {
  const [gone, other] = await ds.manager.save(Owner, [{ name: "gone" }, { name: "other" }]);
  const card = ds.manager.create(Card, { name: "card" });
  Object.assign(card, { plain: gone, eager: gone, single: gone, mapped: gone });
  card.lazy = Promise.resolve(gone as Owner);
  await ds.manager.save(card);
  return { ds, gone: gone as Owner, other: other as Owner, id: card.id };
}

/** The card with a relation loaded the way it is: explicitly, eagerly, or awaited. */
async function load({ ds, id }: Opened, kind: Kind): Promise<Card> {
  const relations = { [kind]: kind !== "eager" && kind !== "lazy" };
  const card = await ds.manager.findOneOrFail(Card, { where: { id }, relations });
  await card[kind];
  return card;
}

/** The foreign keys as they are stored. */
async function storedKeys({ ds, id }: Opened): Promise<Record<Kind, number | null>> {
  const columns = ds
    .getMetadata(Card)
    .relations.map(
      ({ joinColumns: [column], propertyName }) =>
        `${ds.driver.escape(column!.databaseName)} AS ${propertyName}`,
    );
  const rows: unknown = await ds.query(
    `SELECT ${columns.join(", ")} FROM card WHERE id = ${String(id)}`,
  );
  return (rows as Record<Kind, number | null>[])[0]!;
}

describeEachDatabase("preserveReferences", (database) => {
  let ds: DataSource;
  let gone: Owner;
  let other: Owner;
  let opened: Opened;
  beforeAll(async () => {
    ds = await database.open(ENTITIES, { subscribers: [SoftDeleteSubscriber] });
  });
  beforeEach(async () => {
    opened = await fill(ds);
    ({ gone, other } = opened);
  });
  const hide = (): Promise<unknown> => getSoftDeleteRepository(ds, Owner).softDelete(gone.id);
  const unhide = (): Promise<unknown> => getSoftDeleteRepository(ds, Owner).restore(gone.id);
  const stored = (): Promise<Record<Kind, number | null>> => storedKeys(opened);

  for (const kind of KINDS) {
    it(`keeps the foreign key of a relation (${kind}) that came as null, at every save()`, async () => {
      await hide();
      const card = await load(opened, kind);
      expect(await card[kind]).toBeNull();
      for (const name of ["first", "second"]) {
        card.name = name;
        await ds.manager.save(card);
        expect(await card[kind]).toBeNull();
        expect(card.mappedId).toBe(gone.id);
        expect((await stored())[kind]).toBe(gone.id);
      }
      await unhide();
      const found = await load(opened, kind);
      expect(found.name).toBe("second");
      expect(await found[kind]).toMatchObject({ id: gone.id });
    });

    it(`lets the user set a relation (${kind}) to null that came with its target`, async () => {
      const card = await load(opened, kind);
      expect(await card[kind]).toMatchObject({ id: gone.id });
      card[kind] = null as never;
      await ds.manager.save(card);
      expect((await stored())[kind]).toBeNull();
      await hide();
      expect((await stored())[kind]).toBeNull();
    });

    it(`lets the user point a relation (${kind}) that came as null at another row, and then at none`, async () => {
      await hide();
      const card = await load(opened, kind);
      card[kind] = (kind === "lazy" ? Promise.resolve(other) : other) as never;
      await ds.manager.save(card);
      expect((await stored())[kind]).toBe(other.id);
      card[kind] = null as never;
      await ds.manager.save(card);
      expect((await stored())[kind]).toBeNull();
    });
  }

  it("follows the foreign key's own property when the user has changed that", async () => {
    await hide();
    const card = await load(opened, "mapped");
    card.mappedId = other.id;
    await ds.manager.save(card);
    expect((await stored()).mapped).toBe(other.id);
    await ds.manager.update(Card, opened.id, { mappedId: gone.id });
    const again = await load(opened, "mapped");
    again.mappedId = null;
    await ds.manager.save(again);
    expect((await stored()).mapped).toBeNull();
  });

  it("keeps them for a list of objects in a caller's transaction", async () => {
    await hide();
    await ds.transaction(async (manager) => {
      const cards = await manager.find(Card, {
        where: { id: opened.id },
        relations: { plain: true, mapped: true },
      });
      for (const card of cards) card.name = "changed";
      await manager.save(cards);
    });
    expect(await stored()).toMatchObject({ plain: gone.id, mapped: gone.id, eager: gone.id });
  });

  it("leaves the object as it was when the transaction is rolled back", async () => {
    await hide();
    const card = await load(opened, "plain");
    card.name = null as never;
    await expect(ds.manager.save(card)).rejects.toThrow();
    expect(card.plain).toBeNull();
    expect((await stored()).plain).toBe(gone.id);
  });
});

/** That TypeORM calls a subscriber at all makes it order the columns of an UPDATE anew. */
@EventSubscriber()
class Bystander implements EntitySubscriberInterface {
  beforeUpdate(): void {
    // Does nothing.
  }
}

describeEachDatabase("preserveReferences, on or off,", (database) => {
  async function run(subscriber: new () => object): Promise<[string[], number | null]> {
    const ds = await database.open(ENTITIES, { subscribers: [subscriber] });
    const opened = await fill(ds);
    await ds
      .createQueryBuilder()
      .update(Owner)
      .set({ deletedAt: new Date(), deletionId: "01890000-0000-7000-8000-000000000000" })
      .where({ id: opened.gone.id })
      .callListeners(false)
      .execute();
    const statements = await statementsOf(ds, async () => {
      const card = await load(opened, "plain");
      card.name = "changed";
      await ds.manager.save(card);
    });
    const kept = (await storedKeys(opened)).plain;
    await ds.destroy();
    return [statements, kept];
  }

  it("emits the statements that TypeORM emits without it", async () => {
    const [plain, lost] = await run(Bystander);
    const [off, lostToo] = await run(SoftDeleteSubscriber.with({ preserveReferences: false }));
    const [on, kept] = await run(SoftDeleteSubscriber);
    expect([lost, lostToo, kept]).toEqual([null, null, 1]);
    expect(off).toEqual(plain);
    expect(on.map(withoutNumbers)).toEqual(plain.map(withoutNumbers));
  });
});

/** TypeORM writes numbers into the text on SQLite, and nulls as parameters. */
function withoutNumbers(statement: string): string {
  return statement.replaceAll(/= (\d+|\?)/g, "= value");
}
