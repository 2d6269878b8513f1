import {
  Column,
  Entity,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type ObjectLiteral,
} from "typeorm";

import type { Relation } from "../../src/typeorm/metadata";
import { relatedObjects, replaceRelated, watchAssignment } from "../../src/typeorm/related-objects";
import { describeEachDatabase } from "../harness";
import { openOnce } from "./entities";
import { leaning } from "./leaning";

const FILE = "src/typeorm/related-objects.ts";
const HIDDEN = "src/native/guards/hidden-references.ts";

@Entity("owner")
class Owner {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @OneToMany(() => Pet, (pet) => pet.owner) pets!: Pet[];
}

class Papers {
  @Column() number!: number;
  @ManyToOne(() => Owner) vet!: Owner | null;
}

@Entity("pet")
class Pet {
  @PrimaryGeneratedColumn() id!: number;
  @Column(() => Papers) papers!: Papers;
  @ManyToOne(() => Owner, (owner) => owner.pets) owner!: Owner | null;
  @ManyToOne(() => Owner) sitter!: Promise<Owner | null>;
}

describeEachDatabase("related objects", (database) => {
  const opened = openOnce(database, [Owner, Pet]);
  const relation = (path: string): Relation => {
    const found = opened.dataSource.getMetadata(Pet).findRelationWithPropertyPath(path);
    if (!found) throw new Error(path);
    return found;
  };
  const loaded = async (): Promise<Pet> => {
    const { manager } = opened.dataSource;
    const sitter = await manager.save(Owner, { name: "sue" });
    const pet = manager.create(Pet, { papers: { number: 1 } });
    pet.sitter = Promise.resolve(sitter);
    const { id } = await manager.save(pet);
    return manager.findOneByOrFail(Pet, { id });
  };

  leaning(FILE, "src/native/reached-by-cascade.ts").itStill(
    "takes the objects out of all relations by extractRelationValuesFromEntity(), lazy ones once they are read",
    async () => {
      const { dataSource } = opened;
      const pet = await loaded();
      pet.owner = Object.assign(new Owner(), { name: "ann" });
      const of = (entity: new () => object, object: ObjectLiteral): unknown[] =>
        relatedObjects(dataSource.getMetadata(entity), object).map((related) => [
          related.relation.propertyPath,
          (related.object as Partial<Owner>).name ?? "a pet",
          related.metadata.name,
        ]);
      const before = of(Pet, pet);
      await pet.sitter;
      const after = of(Pet, pet);
      return [before, after, of(Owner, { pets: [new Pet(), new Pet()] })];
    },
    [
      [["owner", "ann", "Owner"]],
      [
        ["owner", "ann", "Owner"],
        ["sitter", "sue", "Owner"],
      ],
      [
        ["pets", "a pet", "Pet"],
        ["pets", "a pet", "Pet"],
      ],
    ],
  );

  leaning(FILE, HIDDEN).itStill(
    "keeps what a lazy relation holds under its name between double underscores",
    async () => {
      const pet = await loaded();
      const other = Object.assign(new Owner(), { name: "other" });
      replaceRelated(relation("sitter"), pet, other);
      return [(await pet.sitter) === other, relation("sitter").getEntityValue(pet) === other];
    },
    [true, true],
  );

  leaning(FILE, `${HIDDEN} (which could call setEntityValue() otherwise)`).itStill(
    "merges an object into the one that is there, in RelationMetadata.setEntityValue()",
    () => {
      const [pet, own] = [new Pet(), Object.assign(new Owner(), { name: "own" })];
      pet.owner = own;
      relation("owner").setEntityValue(pet, Object.assign(new Owner(), { name: "other" }));
      return pet.owner === own;
    },
    true,
  );

  it("replaces what is there, also in an embedded object", () => {
    const [own, other] = [new Owner(), new Owner()];
    const pet = Object.assign(new Pet(), { owner: own, papers: { number: 1, vet: own } });

    replaceRelated(relation("owner"), pet, other);
    replaceRelated(relation("papers.vet"), pet, other);

    expect(pet.owner).toBe(other);
    expect(pet.papers.vet).toBe(other);
  });

  leaning(FILE, HIDDEN).itStill(
    "gives a loaded object accessors of its own for lazy relations, and does not use them when it reads one",
    async () => {
      const pet = await loaded();
      let assigned = 0;
      const watched = watchAssignment(relation("sitter"), pet, () => assigned++);
      const read = (await pet.sitter)?.name;
      const afterReading = assigned;
      pet.sitter = Promise.resolve(null);
      return [watched, read, afterReading, assigned, await pet.sitter];
    },
    [true, "sue", 0, 1, null],
  );

  it("watches no object that was not loaded", () => {
    expect(watchAssignment(relation("sitter"), new Pet(), () => undefined)).toBe(false);
  });
});
