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

const FREE = { createForeignKeyConstraints: false };

abstract class Base extends SoftDeletable {
  @PrimaryColumn() id!: number;
  /** For criteria that are no ids. */
  @Column() mark!: number;
  @VersionColumn() version!: number;
}

@Entity()
export class Zone extends Base {}

/** A tree, within zones. */
@Entity()
export class Branch extends Base {
  @Index() @Column({ type: "int", nullable: true }) parentId!: number | null;
  @ManyToOne(() => Branch, FREE) @JoinColumn() @OnSoftDelete("CASCADE") parent!: Branch | null;
  @Index() @Column({ type: "int", nullable: true }) zoneId!: number | null;
  @ManyToOne(() => Zone, FREE) @JoinColumn() @OnSoftDelete("CASCADE") zone!: Zone | null;
}

/** A cycle over two tables: a crew hangs by its lead, a mate by the crew. */
@Entity()
export class Crew extends Base {
  @Index() @Column({ type: "int", nullable: true }) leadId!: number | null;
  @ManyToOne(() => Mate, FREE) @JoinColumn() @OnSoftDelete("CASCADE") lead!: unknown;
}

@Entity()
export class Mate extends Base {
  @Index() @Column({ type: "int", nullable: true }) crewId!: number | null;
  @ManyToOne(() => Crew, FREE) @JoinColumn() @OnSoftDelete("CASCADE") crew!: Crew | null;
  @Index() @Column({ type: "int", nullable: true }) zoneId!: number | null;
  @ManyToOne(() => Zone, FREE) @JoinColumn() @OnSoftDelete("CASCADE") zone!: Zone | null;
}

/** Two cascading parents in different tables, one that restricts, one that keeps. */
@Entity()
export class Load extends Base {
  @Index() @Column({ type: "int", nullable: true }) branchId!: number | null;
  @ManyToOne(() => Branch, FREE) @JoinColumn() @OnSoftDelete("CASCADE") branch!: Branch | null;
  @Index() @Column({ type: "int", nullable: true }) mateId!: number | null;
  @ManyToOne(() => Mate, FREE) @JoinColumn() @OnSoftDelete("CASCADE") mate!: Mate | null;
  @Index() @Column({ type: "int", nullable: true }) crewId!: number | null;
  @ManyToOne(() => Crew, FREE) @JoinColumn() @OnSoftDelete("RESTRICT") crew!: Crew | null;
  @Index() @Column({ type: "int", nullable: true }) zoneId!: number | null;
  @ManyToOne(() => Zone, FREE) @JoinColumn() @OnSoftDelete("KEEP") zone!: Zone | null;
}

@Entity()
export class Label extends Base {
  @Index() @Column({ type: "int", nullable: true }) loadId!: number | null;
  @ManyToOne(() => Load, FREE) @JoinColumn() @OnSoftDelete("CASCADE") load!: Load | null;
  @Index() @Column({ type: "int", nullable: true }) branchId!: number | null;
  @ManyToOne(() => Branch, FREE) @JoinColumn() @OnSoftDelete("CASCADE") branch!: Branch | null;
}

export const RANDOM = [Zone, Branch, Crew, Mate, Load, Label];
