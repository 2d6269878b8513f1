import { Column, Entity, Index, PrimaryColumn } from "typeorm";

import type { PrimaryKey } from "../errors";

/** What an operation did. */
export type SoftDeleteAction =
  "soft-delete" | "restore" | "hand-over" | "force-delete" | "purge" | "settle";

/**
 * The log of every soft delete, restore, hand-over, force delete, purge and settle. List it in the data source's `entities`,
 * and each operation appends to it in its own transaction: a purge and a settle an entry a batch. This package never changes or
 * removes an entry.
 *
 * A subclass with its own `@Entity()`, listed in its place, may have another table and further columns, which take what it
 * initialises them with.
 *
 * @example
 * ```ts
 * new DataSource({ ..., entities: [User, Post, SoftDeleteLog], subscribers: [SoftDeleteSubscriber] });
 * ```
 */
@Entity("soft_delete_log")
// Of the deletions in the order of their time, which their ids begin with; and of what became of one.
@Index(["action", "deletionId"])
@Index(["deletionId"])
export class SoftDeleteLog {
  /** A UUID of version 7: entries sort by the time they were written. */
  @PrimaryColumn({ type: "uuid" })
  id!: string;

  @Column({ type: "varchar", length: 16 })
  action!: SoftDeleteAction;

  /** The deletion that was made or undone; null where there is none, or each row has one of its own. */
  @Column({ type: "uuid", nullable: true })
  deletionId!: string | null;

  /** The entity of the roots; of roots of several entities all their names, with commas between. */
  @Column({ type: "text" })
  entity!: string;

  /** The primary keys of the roots: the first hundred of them, and of long keys as many as fit into 65,000 bytes of JSON. */
  @Column({ type: "simple-json" })
  rootIds!: PrimaryKey[];

  /** How many roots there were. */
  @Column({ type: "int" })
  rootCount!: number;

  /** The rows concerned, by entity name. */
  @Column({ type: "simple-json" })
  counts!: Record<string, number>;

  /** The number of rows concerned. */
  @Column({ type: "int" })
  total!: number;

  /** Of a restore: whether no row carries the deletion's id any more. */
  @Column({ type: "boolean", default: false })
  complete!: boolean;

  @Column({ type: "varchar", length: 255, nullable: true })
  actor!: string | null;

  @Column({ type: "text", nullable: true })
  reason!: string | null;

  @Column({ type: Date, precision: 6 })
  at!: Date;
}
