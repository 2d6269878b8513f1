import "reflect-metadata";
import { Column, Entity, Index, ManyToOne, OneToMany, PrimaryGeneratedColumn } from "typeorm";

import { OnSoftDelete, withSoftDelete } from "../../src";

@Entity()
export class Account extends withSoftDelete(undefined, {
  deletedBy: true,
  deleteReason: { length: 100 },
  deletedFlag: true,
}) {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  name!: string;

  @OneToMany(() => Booking, (booking) => booking.account)
  bookings!: Booking[];
}

@Entity()
export class Booking extends withSoftDelete(undefined, {
  deletedBy: true,
  deleteReason: true,
  deletedFlag: true,
}) {
  @PrimaryGeneratedColumn()
  id!: number;

  @Index()
  @ManyToOne(() => Account, (account) => account.bookings)
  @OnSoftDelete("CASCADE")
  account!: Account;

  @Index()
  @ManyToOne(() => Account)
  @OnSoftDelete("CASCADE")
  counterpart!: Account | null;
}
