import {
  Column,
  Entity,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryGeneratedColumn,
} from "typeorm";

import { getSoftDeleteRepository, OnSoftDelete, SoftDeletable } from "../../src";
import { describeEachDatabase } from "../harness";
import { expectRoundTrip, save, states, SUBSCRIBED } from "./round-trip";

abstract class Numbered extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ default: 0 }) points!: number;
}

@Entity()
class Parent extends Numbered {
  @OneToMany(() => ByCascadeTrue, (child) => child.parent, { cascade: true })
  byCascadeTrue!: ByCascadeTrue[];
  @OneToMany(() => BySoftRemove, (child) => child.parent, { cascade: ["soft-remove"] })
  bySoftRemove!: BySoftRemove[];
  @OneToMany(() => ByOtherCascade, (child) => child.parent, { cascade: ["insert", "recover"] })
  byOtherCascade!: ByOtherCascade[];
  @OneToMany(() => KeptInSpite, (child) => child.parent, { cascade: true })
  keptInSpite!: KeptInSpite[];
  @OneToMany(() => BySilentInverse, (child) => child.parent, { cascade: ["soft-remove"] })
  bySilentInverse!: BySilentInverse[];
  @OneToOne(() => InverseOne, (child) => child.parent, { cascade: true })
  inverseOne!: InverseOne | null;
  @ManyToMany(() => Shared, { cascade: true })
  @JoinTable()
  shared!: Shared[];
  @ManyToOne(() => Above, { cascade: true })
  above!: Above | null;
  @OneToOne(() => OwnedOne, { cascade: ["soft-remove"] })
  @JoinColumn()
  ownedOne!: OwnedOne | null;
  @OneToOne(() => KeptOne, { cascade: true })
  @JoinColumn()
  @OnSoftDelete("KEEP")
  keptOne!: KeptOne | null;
}

abstract class Child extends Numbered {}
type Below = Child & { parent: Parent };

@Entity()
class BySilentInverse extends Child {
  // The other side names this one; this one does not name the other.
  @ManyToOne(() => Parent) parent!: Parent;
}
@Entity()
class Explicit extends Child {
  @ManyToOne(() => Parent) @OnSoftDelete("CASCADE") parent!: Parent;
}
@Entity()
class ExplicitOne extends Child {
  @OneToOne(() => Parent) @JoinColumn() @OnSoftDelete("CASCADE") parent!: Parent;
}
@Entity()
class Unstated extends Child {
  @ManyToOne(() => Parent) parent!: Parent;
}
@Entity()
class Kept extends Child {
  @ManyToOne(() => Parent) @OnSoftDelete("KEEP") parent!: Parent;
}
@Entity()
class ByCascadeTrue extends Child {
  @ManyToOne(() => Parent, (parent) => parent.byCascadeTrue) parent!: Parent;
}
@Entity()
class BySoftRemove extends Child {
  @ManyToOne(() => Parent, (parent) => parent.bySoftRemove) parent!: Parent;
}
@Entity()
class ByOtherCascade extends Child {
  @ManyToOne(() => Parent, (parent) => parent.byOtherCascade) parent!: Parent;
}
@Entity()
class KeptInSpite extends Child {
  @ManyToOne(() => Parent, (parent) => parent.keptInSpite) @OnSoftDelete("KEEP") parent!: Parent;
}
@Entity()
class InverseOne extends Child {
  @OneToOne(() => Parent, (parent) => parent.inverseOne) @JoinColumn() parent!: Parent;
}
@Entity()
class Restricting extends Child {
  @ManyToOne(() => Parent) @OnSoftDelete("RESTRICT") parent!: Parent;
}
@Entity()
class Shared extends Numbered {}
@Entity()
class Above extends Numbered {}
@Entity()
class OwnedOne extends Numbered {}
@Entity()
class KeptOne extends Numbered {}

const TAKEN = [BySilentInverse, Explicit, ExplicitOne, ByCascadeTrue, BySoftRemove, InverseOne];
const LEFT = [Unstated, Kept, ByOtherCascade, KeptInSpite];
const RELATED = [Shared, Above, KeptOne];

describeEachDatabase("policies", (database) => {
  const all = [Parent, OwnedOne, Restricting, ...TAKEN, ...LEFT, ...RELATED];

  it("follow @OnSoftDelete, else TypeORM's cascade from parent to child, and nothing else", async () => {
    const dataSource = await database.open(all, SUBSCRIBED);
    const parent = await save(dataSource, Parent, {
      shared: [await save(dataSource, Shared)],
      above: await save(dataSource, Above),
      ownedOne: await save(dataSource, OwnedOne),
      keptOne: await save(dataSource, KeptOne),
    });
    for (const child of [...TAKEN, ...LEFT]) await save<Below>(dataSource, child, { parent });
    const taken = [OwnedOne, ...TAKEN];
    const left = [...LEFT, ...RELATED];

    await expectRoundTrip(
      dataSource,
      Parent,
      parent.id,
      [...taken, ...left],
      [[true], ...taken.map(() => [true]), ...left.map(() => [false])],
    );
  });

  it("do not take the owning side with the other side of a one-to-one", async () => {
    const dataSource = await database.open(all, SUBSCRIBED);
    const ownedOne = await save(dataSource, OwnedOne);
    await save(dataSource, Parent, { ownedOne });

    await getSoftDeleteRepository(dataSource, OwnedOne).softDelete(ownedOne.id);

    expect(await states(dataSource, OwnedOne, Parent)).toEqual([[true], [false]]);
  });

  it("do not take a parent with its children", async () => {
    const dataSource = await database.open(all, SUBSCRIBED);
    const parent = await save(dataSource, Parent);
    for (const child of TAKEN) {
      const { id } = await save<Below>(dataSource, child, { parent });
      await getSoftDeleteRepository<Below>(dataSource, child).softDelete(id);
      expect(await states(dataSource, child, Parent)).toEqual([[true], [false]]);
    }
  });

  it("refuse with RESTRICT while the child is active", async () => {
    const dataSource = await database.open(all, SUBSCRIBED);
    const parent = await save(dataSource, Parent);
    const child = await save(dataSource, Restricting, { parent });
    const parents = getSoftDeleteRepository(dataSource, Parent);

    await expect(parents.softDelete(parent.id)).rejects.toMatchObject({
      code: "SOFT_DELETE_RESTRICTED",
      relation: "Restricting.parent",
      count: 1,
      sampleIds: [{ id: child.id }],
    });
    expect(await states(dataSource, Parent, Restricting)).toEqual([[false], [false]]);

    await getSoftDeleteRepository(dataSource, Restricting).softDelete(child.id);
    await parents.softDelete(parent.id);
    expect(await states(dataSource, Parent, Restricting)).toEqual([[true], [true]]);
  });
});
