import {
  Column,
  Entity,
  ManyToOne,
  PrimaryGeneratedColumn,
  Tree,
  TreeChildren,
  TreeParent,
  type DataSource,
  type EntityTarget,
} from "typeorm";

import { OnSoftDelete, SoftDeletable } from "../../src";
import { describeEachDatabase } from "../harness";
import { expectRoundTrip, SUBSCRIBED } from "./round-trip";

interface Node {
  id: number;
  name: string;
  parent: Node | null;
}

@Entity()
@Tree("closure-table")
class Closure extends SoftDeletable implements Node {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @TreeParent() @OnSoftDelete("CASCADE") parent!: Closure | null;
  @TreeChildren() children!: Closure[];
}

@Entity()
@Tree("materialized-path")
class Path extends SoftDeletable implements Node {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @TreeParent() @OnSoftDelete("CASCADE") parent!: Path | null;
  @TreeChildren() children!: Path[];
}

@Entity()
@Tree("nested-set")
class Nested extends SoftDeletable implements Node {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @TreeParent() @OnSoftDelete("CASCADE") parent!: Nested | null;
  @TreeChildren() children!: Nested[];
}

@Entity()
@Tree("closure-table")
class ByChildren extends SoftDeletable implements Node {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @TreeParent() parent!: ByChildren | null;
  @TreeChildren({ cascade: true }) children!: ByChildren[];
}

@Entity()
class Adjacency extends SoftDeletable implements Node {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @ManyToOne(() => Adjacency) @OnSoftDelete("CASCADE") parent!: Adjacency | null;
}

const TREES = { Closure, Path, Nested, ByChildren, Adjacency } as const;

describeEachDatabase("trees", (database) => {
  /** root > (left > (leaf, bud), right), one after the other. */
  async function plant(dataSource: DataSource, tree: EntityTarget<Node>): Promise<number> {
    const repository = dataSource.getRepository(tree);
    const grow = (name: string, parent: Node | null) =>
      repository.save(repository.create({ name, parent }));
    const root = await grow("root", null);
    const left = await grow("left", root);
    await grow("right", root);
    await grow("leaf", left);
    await grow("bud", left);
    return left.id;
  }

  for (const [name, tree] of Object.entries(TREES)) {
    it(`take and bring back a branch of a tree of the kind ${name}`, async () => {
      const dataSource = await database.open([tree], SUBSCRIBED);
      const left = await plant(dataSource, tree);

      await expectRoundTrip(dataSource, tree, left, [], [[false, true, false, true, true]]);
    });
  }
});
