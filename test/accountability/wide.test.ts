import {
  Entity,
  EventSubscriber,
  Index,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type ObjectLiteral,
} from "typeorm";

import {
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteLog,
  SoftDeleteManager,
  SoftDeleteSubscriber,
  type RestoreEvent,
  type SoftDeleteEvent,
} from "../../src";
import { describeEachDatabase } from "../harness";

@Entity()
class Company extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  [parts: `parts${string}`]: unknown;
}

/** Twenty tables below it, each with a long name and with TypeORM's own cascade. */
const PARTS = Array.from({ length: 20 }, (_, index) => {
  const name = `ConsiderablyLongNamedDepartmentOfTheCompany${String(index)}`;
  const property = `parts${String(index)}`;
  class Part extends SoftDeletable {
    id!: number;
    company!: Company;
  }
  Entity(name)(Part);
  Object.defineProperty(Part, "name", { value: name });
  PrimaryGeneratedColumn()(Part.prototype, "id");
  Index()(Part.prototype, "company");
  ManyToOne(() => Company, property)(Part.prototype, "company");
  OnSoftDelete("CASCADE")(Part.prototype, "company");
  OneToMany(() => Part, "company", { cascade: ["insert", "soft-remove", "recover"] })(
    Company.prototype,
    property,
  );
  return { Part, name, property };
});

const told: [string, number][] = [];

@EventSubscriber()
class Listener extends SoftDeleteSubscriber {
  override afterSoftDelete({ entity, affected }: SoftDeleteEvent): void {
    told.push([entity, affected]);
  }

  override afterRestore({ entity, affected }: RestoreEvent): void {
    told.push([entity, affected]);
  }
}

describeEachDatabase("a deletion over 21 tables with long names", (database) => {
  it("is logged under the entity of its roots, and undone by its id", async () => {
    told.length = 0;
    const ds = await database.open([Company, ...PARTS.map(({ Part }) => Part), SoftDeleteLog], {
      subscribers: [Listener],
    });
    const parts: ObjectLiteral = Object.fromEntries(
      PARTS.map(({ Part, property }) => [property, [new Part()]]),
    );
    const company = await ds.manager.save(Object.assign(new Company(), parts));

    await ds.manager.softRemove(company);

    const manager = new SoftDeleteManager(ds);
    const [listed] = await manager.deletions({ entity: Company });
    expect(listed).toMatchObject({
      entity: "Company",
      rootIds: [{ id: company.id }],
      rootCount: 1,
      total: 21,
    });
    const { total } = await manager.restoreDeletion(listed!.deletionId);
    expect(total).toBe(21);
    expect(told).toEqual([
      ["Company", 1],
      ["Company", 1],
    ]);
    const entries = await ds.manager.find(SoftDeleteLog, { order: { id: "ASC" } });
    expect(entries.map(({ action, entity }) => [action, entity])).toEqual([
      ["soft-delete", "Company"],
      ["restore", "Company"],
    ]);
  });

  it("whose roots are of all these entities is found by each of them", async () => {
    const ds = await database.open([Company, ...PARTS.map(({ Part }) => Part), SoftDeleteLog], {
      subscribers: [SoftDeleteSubscriber],
    });
    const companies = await ds.manager.save([new Company()]);
    const parts = [];
    for (const { Part } of PARTS) parts.push(await ds.manager.save(new Part()));

    await ds.manager.softRemove([...companies, ...parts]);

    const manager = new SoftDeleteManager(ds);
    for (const { Part, name } of PARTS) {
      expect(await manager.countDeletions({ entity: Part })).toBe(1);
      expect(await manager.countDeletions({ entity: name.slice(1) })).toBe(0);
    }
    const [listed] = await manager.deletions();
    expect(listed).toMatchObject({ rootCount: 21, total: 21 });
    expect((await manager.restoreDeletion(listed!.deletionId)).affected).toBe(21);
  });
});
