import "reflect-metadata";
import { Column, Entity, Index, JoinColumn, ManyToOne, OneToOne, PrimaryColumn } from "typeorm";

import { OnSoftDelete, SoftDeletable } from "../../src";

// Composite primary keys, of which the foreign key is a part.

@Entity()
export class Invoice extends SoftDeletable {
  @PrimaryColumn() tenant!: string;
  @PrimaryColumn() number!: number;
}

@Entity()
@Index(["tenant", "invoiceNumber"])
export class InvoiceLine extends SoftDeletable {
  @PrimaryColumn() tenant!: string;
  @PrimaryColumn({ name: "invoice_no" }) invoiceNumber!: number;
  @PrimaryColumn() position!: number;

  @ManyToOne(() => Invoice)
  @JoinColumn([
    { name: "tenant", referencedColumnName: "tenant" },
    { name: "invoice_no", referencedColumnName: "number" },
  ])
  @OnSoftDelete("CASCADE")
  invoice!: Invoice;
}

// Foreign keys that refer to a unique column other than the primary key, in a chain and in a tree.

@Entity()
export class Country extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column({ unique: true }) code!: string;
}

@Entity({ name: "place" })
export class City extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column({ name: "country" }) countryCode!: string;
  @ManyToOne(() => Country)
  @JoinColumn({ name: "country", referencedColumnName: "code" })
  @OnSoftDelete("CASCADE")
  country!: Country;
}

/** A tree by unique codes, with a composite primary key. */
@Entity()
export class Category extends SoftDeletable {
  @PrimaryColumn() shop!: number;
  @PrimaryColumn() id!: number;
  @Column({ unique: true }) code!: string;
  @Index() @Column({ type: String, name: "above", nullable: true }) parentCode!: string | null;
  @ManyToOne(() => Category, { createForeignKeyConstraints: false })
  @JoinColumn({ name: "above", referencedColumnName: "code" })
  @OnSoftDelete("CASCADE")
  parent!: Category | null;
}

// TypeORM's own cascade on the owning side of a one-to-one: the row that holds the foreign key is the parent.

@Entity()
export class Avatar extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@Entity()
export class Account extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column({ type: "int", nullable: true }) avatarId!: number | null;
  @OneToOne(() => Avatar, { cascade: ["soft-remove"] }) @JoinColumn() avatar!: Avatar | null;
}

export const KEYS = [Invoice, InvoiceLine, Country, City, Category, Avatar, Account];
