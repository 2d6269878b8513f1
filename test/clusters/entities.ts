import {
  Column,
  Entity,
  Index,
  ManyToOne,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
  VersionColumn,
} from "typeorm";

import { OnSoftDelete, SoftDeletable } from "../../src";

@Entity()
export class House extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @VersionColumn() version!: number;
  @UpdateDateColumn() updatedAt!: Date;
}

/** Taken along with its house, and with the room that it is a part of. */
@Entity()
export class Room extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @Index() @ManyToOne(() => House) @OnSoftDelete("CASCADE") house!: House;
  @Index() @ManyToOne(() => Room, { nullable: true }) @OnSoftDelete("CASCADE") within?: Room | null;
}

/** Refuses the deletion of its house. */
@Entity()
export class Lease extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Index() @ManyToOne(() => House) @OnSoftDelete("RESTRICT") house!: House;
}
