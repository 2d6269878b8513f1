import "reflect-metadata";
import {
  Column,
  Entity,
  Index,
  JoinTable,
  ManyToMany,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
} from "typeorm";

import { OnSoftDelete, SoftDeletable } from "../../src";

@Entity()
export class Customer extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  name!: string;
}

@Entity()
export class Tag extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  name!: string;
}

@Entity()
export class Order extends SoftDeletable {
  @PrimaryGeneratedColumn("uuid")
  id!: string;

  @Column()
  name!: string;

  @Index()
  @ManyToOne(() => Customer)
  @OnSoftDelete("CASCADE")
  customer!: Customer | null;

  @ManyToMany(() => Tag)
  @JoinTable()
  tags!: Tag[];
}

@Entity()
export class Line extends SoftDeletable {
  @PrimaryColumn()
  orderId!: string;

  @PrimaryColumn()
  position!: number;

  @ManyToOne(() => Order)
  @OnSoftDelete("CASCADE")
  order!: Order;
}

/** Stays, and refuses. */
@Entity()
export class Invoice extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Index()
  @ManyToOne(() => Customer)
  @OnSoftDelete("RESTRICT")
  customer!: Customer | null;

  @Index()
  @ManyToOne(() => Order)
  @OnSoftDelete("CASCADE")
  order!: Order | null;
}

/** Knows nothing of soft deletes, but refers. */
@Entity()
export class Visit {
  @PrimaryGeneratedColumn()
  id!: number;

  @ManyToOne(() => Customer)
  customer!: Customer;
}

/** A tree, whose rows also form cycles with bookmarks. */
@Entity()
export class Folder extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Index()
  @ManyToOne(() => Folder)
  @OnSoftDelete("CASCADE")
  parent!: Folder | null;

  @Index()
  @ManyToOne(() => Bookmark)
  @OnSoftDelete("CASCADE")
  bookmark!: Bookmark | null;
}

@Entity()
export class Bookmark extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Index()
  @ManyToOne(() => Folder)
  @OnSoftDelete("CASCADE")
  folder!: Folder | null;
}

export const SHOP = [Customer, Tag, Order, Line, Invoice, Visit, Folder, Bookmark];
