import "reflect-metadata";
import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  OneToOne,
  PrimaryColumn,
  type Relation,
} from "typeorm";

import { OnSoftDelete, SoftDeletable } from "../../src";

// A reference that can be null closes a cycle, and rows are taken over it as well.

@Entity()
export class Company extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column({ type: "int", nullable: true }) ceoId!: number | null;
  @ManyToOne(() => Employee) @JoinColumn() @OnSoftDelete("CASCADE") ceo!: Relation<Employee> | null;
}

@Entity()
export class Employee extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() companyId!: number;
  @ManyToOne(() => Company, { nullable: false })
  @JoinColumn()
  @OnSoftDelete("CASCADE")
  company!: Company;
}

export const COMPANIES = [Company, Employee];

// The parent holds the foreign key: TypeORM's cascade stands on the owning side of a one-to-one.

@Entity()
export class Address extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@Entity()
export class Profile extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column({ type: "int", nullable: true }) addressId!: number | null;
  @OneToOne(() => Address, { cascade: true }) @JoinColumn() address!: Address | null;
}

@Entity()
export class Person extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column({ default: 1 }) tenant!: number;
  @Column() profileId!: number;
  @OneToOne(() => Profile, { cascade: ["soft-remove"], nullable: false })
  @JoinColumn()
  profile!: Profile;
}

@Entity()
export class Photo extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() profileId!: number;
  @ManyToOne(() => Profile) @JoinColumn() @OnSoftDelete("CASCADE") profile!: Profile;
}

export const PEOPLE = [Address, Profile, Person, Photo];

// Below a common root, and the one refers to the other without being taken by it.

export const TREE_NAMES = ["Root", "Branch", "Leaf"] as const;

interface Row {
  id: number;
  latestId?: number | null;
}

/** The classes, declared in the given order: TypeORM goes by that, and not by the order of `entities`. */
export function declareTrees(
  order: readonly (typeof TREE_NAMES)[number][],
): Record<(typeof TREE_NAMES)[number], new () => Row> {
  class Root extends SoftDeletable {
    @PrimaryColumn() id!: number;
  }

  class Branch extends SoftDeletable {
    @PrimaryColumn() id!: number;
    @Index() @Column({ type: "int" }) rootId!: number;
    @ManyToOne(() => Root) @JoinColumn() @OnSoftDelete("CASCADE") root!: object;
    @Index() @Column({ type: "int" }) leafId!: number;
    @ManyToOne(() => Leaf) @JoinColumn() @OnSoftDelete("KEEP") leaf!: object;
  }

  class Leaf extends SoftDeletable {
    @PrimaryColumn() id!: number;
    @Index() @Column({ type: "int" }) rootId!: number;
    @ManyToOne(() => Root) @JoinColumn() @OnSoftDelete("CASCADE") root!: object;
    @Index() @Column({ type: "int", nullable: true }) latestId!: number | null;
    @ManyToOne(() => Branch) @JoinColumn() @OnSoftDelete("KEEP") latest!: object | null;
  }

  const classes = { Root, Branch, Leaf };
  for (const name of order) Entity()(classes[name]);
  return classes;
}

// Every row refers to one of the same table: the uppermost ones to themselves.

@Entity()
export class Unit extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() parentId!: number;
  @ManyToOne(() => Unit, { onDelete: "RESTRICT" })
  @JoinColumn()
  @OnSoftDelete("CASCADE")
  parent!: Unit;
}
