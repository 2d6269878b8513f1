import "reflect-metadata";
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from "typeorm";

import { OnSoftDelete, SoftDeletable } from "../../src";

@Entity()
export class Customer extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@Entity()
export class Contract extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() customerId!: number;
  @ManyToOne(() => Customer) @JoinColumn() @OnSoftDelete("CASCADE") customer!: Customer;
}

/** Restricts its customer, and goes with its contract. */
@Entity()
export class Purchase extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() customerId!: number;
  @ManyToOne(() => Customer) @JoinColumn() @OnSoftDelete("RESTRICT") customer!: Customer;
  @Index() @Column({ type: "int", nullable: true }) contractId!: number | null;
  @ManyToOne(() => Contract) @JoinColumn() @OnSoftDelete("CASCADE") contract!: Contract | null;
}

/** Cannot be soft-deleted: every row of it is active. */
@Entity()
export class Receipt {
  @PrimaryColumn() id!: number;
  @Index() @Column() contractId!: number;
  @ManyToOne(() => Contract) @JoinColumn() @OnSoftDelete("RESTRICT") contract!: Contract;
}

@Entity()
export class Letter extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() customerId!: number;
  @ManyToOne(() => Customer) @JoinColumn() @OnSoftDelete("KEEP") customer!: Customer;
}

export const POLICIES = [Customer, Contract, Purchase, Receipt, Letter];
