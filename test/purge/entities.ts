import "reflect-metadata";
import {
  Column,
  Entity,
  Index,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToOne,
  PrimaryColumn,
} from "typeorm";

import { OnSoftDelete, SoftDeletable } from "../../src";

// Three tables in a row, and a tag that two of them share.

@Entity()
export class Tag extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@Entity()
export class User extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column({ default: 1 }) tenant!: number;
}

@Entity()
export class Post extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() userId!: number;
  @ManyToOne(() => User) @JoinColumn() @OnSoftDelete("CASCADE") user!: User;
  @ManyToMany(() => Tag, { onDelete: "NO ACTION" }) @JoinTable() tags!: Tag[];
}

@Entity()
export class Comment extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() postId!: number;
  @ManyToOne(() => Post) @JoinColumn() @OnSoftDelete("CASCADE") post!: Post;
}

export const BLOG = [Tag, User, Post, Comment];

// Whatever the database would do to the referring row.

@Entity()
export class Target extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@Entity()
export class Cascading extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column() targetId!: number;
  @ManyToOne(() => Target, { onDelete: "CASCADE" })
  @JoinColumn()
  @OnSoftDelete("KEEP")
  target!: Target;
}

@Entity()
export class Nulling extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column({ type: "int", nullable: true }) targetId!: number | null;
  @ManyToOne(() => Target, { onDelete: "SET NULL" }) @JoinColumn() target!: Target | null;
}

@Entity()
export class Refusing extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column() targetId!: number;
  @ManyToOne(() => Target, { onDelete: "RESTRICT" }) @JoinColumn() target!: Target;
}

/** Cannot be soft-deleted. */
@Entity()
export class Invoice {
  @PrimaryColumn() id!: number;
  @Column() targetId!: number;
  @ManyToOne(() => Target, { onDelete: "CASCADE" }) @JoinColumn() target!: Target;
}

/** Without a constraint in the database. */
@Entity()
export class Loose extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column() targetId!: number;
  @ManyToOne(() => Target, { createForeignKeyConstraints: false })
  @JoinColumn()
  target!: Target;
}

export const ACTIONS = [Target, Cascading, Nulling, Refusing, Invoice, Loose];

// Rows that refer to rows of the same table, or in a cycle over two.

@Entity()
export class Node extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column({ default: 1 }) tenant!: number;
  @Index() @Column({ type: "int", nullable: true }) parentId!: number | null;
  @ManyToOne(() => Node, { onDelete: "CASCADE" })
  @JoinColumn()
  @OnSoftDelete("CASCADE")
  parent!: Node | null;
}

@Entity()
export class Company extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column({ type: "int", nullable: true }) mainId!: number | null;
  @OneToOne(() => Department) @JoinColumn() @OnSoftDelete("KEEP") main!: Department | null;
}

@Entity()
export class Department extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() companyId!: number;
  @ManyToOne(() => Company) @JoinColumn() @OnSoftDelete("CASCADE") company!: Company;
}

export const CYCLIC = [Node, Company, Department];

// Keys of two columns.

@Entity()
export class Order extends SoftDeletable {
  @PrimaryColumn() shop!: string;
  @PrimaryColumn() no!: number;
}

@Entity()
export class OrderLine extends SoftDeletable {
  @PrimaryColumn() shop!: string;
  @PrimaryColumn() orderNo!: number;
  @PrimaryColumn() line!: number;
  @ManyToOne(() => Order)
  @JoinColumn([
    { name: "shop", referencedColumnName: "shop" },
    { name: "orderNo", referencedColumnName: "no" },
  ])
  @OnSoftDelete("CASCADE")
  order!: Order;
}

export const ORDERS = [Order, OrderLine];
