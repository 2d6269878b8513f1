import "reflect-metadata";
import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  VersionColumn,
} from "typeorm";

import { OnSoftDelete, SoftDeletable } from "../../src";
import { annotationsOf } from "../../src/entity/annotations";
import { User } from "../laws/entities";

/** A composite primary key, and a flag. */
@Entity()
export class Seat extends SoftDeletable {
  @PrimaryColumn() hall!: string;
  @PrimaryColumn() number!: number;
  @Column({ type: "boolean", default: false }) gone!: boolean;
}
annotationsOf(Seat).columns.set("gone", "deletedFlag");

/** Cannot be deleted while it is active and its user is. */
@Entity()
export class Contract extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() userId!: number;
  @ManyToOne(() => User) @JoinColumn() @OnSoftDelete("RESTRICT") user!: User;
  @VersionColumn() version!: number;
}

@Entity()
export class Plain {
  @PrimaryColumn() id!: number;
}
