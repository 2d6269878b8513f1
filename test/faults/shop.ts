import "reflect-metadata";
import {
  Column,
  Entity,
  Index,
  JoinTable,
  ManyToMany,
  ManyToOne,
  PrimaryColumn,
  VersionColumn,
} from "typeorm";

import {
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteLog,
  UniqueActive,
  withSoftDelete,
} from "../../src";

abstract class Base extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @VersionColumn() version!: number;
}

@Entity()
export class Shop extends withSoftDelete(undefined, {
  deletedBy: true,
  deleteReason: true,
  deletedFlag: { name: "isGone" },
}) {
  @PrimaryColumn() id!: number;
  @Column() @UniqueActive() name!: string;
  @VersionColumn() version!: number;
}

/** A tree, in shops. */
@Entity()
export class Branch extends Base {
  @Index() @Column({ type: "int", nullable: true }) parentId!: number | null;
  @ManyToOne(() => Branch) @OnSoftDelete("CASCADE") parent!: Branch | null;
  @Index() @Column({ type: "int", nullable: true }) shopId!: number | null;
  @ManyToOne(() => Shop) @OnSoftDelete("CASCADE") shop!: Shop | null;
}

@Entity()
export class Customer extends Base {
  @Index() @Column({ type: "int", nullable: true }) shopId!: number | null;
  @ManyToOne(() => Shop) @OnSoftDelete("KEEP") shop!: Shop | null;
}

@Entity()
export class Tag extends Base {}

/** Below two parents, and tagged. */
@Entity()
export class Purchase extends Base {
  @Index() @Column({ type: "int", nullable: true }) branchId!: number | null;
  @ManyToOne(() => Branch) @OnSoftDelete("CASCADE") branch!: Branch | null;
  @Index() @Column({ type: "int", nullable: true }) customerId!: number | null;
  @ManyToOne(() => Customer) @OnSoftDelete("CASCADE") customer!: Customer | null;
  @ManyToMany(() => Tag) @JoinTable({ name: "purchase_tag" }) tags!: Tag[];
}

@Entity()
export class Item extends Base {
  @Index() @Column({ type: "int", nullable: true }) purchaseId!: number | null;
  @ManyToOne(() => Purchase) @OnSoftDelete("CASCADE") purchase!: Purchase | null;
}

/** Its purchase is not deleted while it is active. */
@Entity()
export class Invoice extends Base {
  @Index() @Column({ type: "int", nullable: true }) purchaseId!: number | null;
  @ManyToOne(() => Purchase) @OnSoftDelete("RESTRICT") purchase!: Purchase | null;
}

/** What is tried next, after a fault. */
@Entity()
export class Probe extends Base {}

/** Not soft-deletable: what a caller writes in his transaction besides. */
@Entity()
export class Note {
  @PrimaryColumn() id!: number;
}

export const SHOP = [
  ...[Shop, Branch, Customer, Tag, Purchase, Item, Invoice, Probe, Note],
  SoftDeleteLog,
];

/** A foreign key that binds: no active child hangs below a deleted parent. */
export interface Binding {
  readonly child: string;
  readonly column: string;
  readonly parent: string;
}

/** The tables of soft-deletable rows, parents first. */
export const SOFT_DELETABLE = [
  ...["shop", "branch", "customer", "tag", "purchase", "item", "invoice", "probe"],
] as const;

/** All tables, parents first. */
export const TABLES = [...SOFT_DELETABLE, "purchase_tag", "note", "soft_delete_log"] as const;

export const BINDINGS: readonly Binding[] = [
  { child: "branch", column: "parentId", parent: "branch" },
  { child: "branch", column: "shopId", parent: "shop" },
  { child: "purchase", column: "branchId", parent: "branch" },
  { child: "purchase", column: "customerId", parent: "customer" },
  { child: "item", column: "purchaseId", parent: "purchase" },
  { child: "invoice", column: "purchaseId", parent: "purchase" },
];
