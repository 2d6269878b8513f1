import { Column, Entity, Index, PrimaryColumn } from "typeorm";

import type { PrimaryKey } from "../errors";

/** What an operation did. */
export type SoftDeleteAction = "soft-delete" | "restore" | "hand-over" | "force-delete" | "purge";

/**
 * The log of every soft delete, restore, hand-over, force delete and purge. List it in the data source's `entities`, and
 * each operation appends to it in its own transaction. This package never changes or removes an entry.
 *
 * @example
 * ```ts
 * new DataSource({ ..., entities: [User, Post, SoftDeleteLog], subscribers: [SoftDeleteSubscriber] });
 * ```
 */
@Entity("soft_delete_log")
@Index(["action", "at"])
@Index(["deletionId", "action"])
export class SoftDeleteLog {
  /** A UUID of version 7: entries sort by the time they were written. */
  @PrimaryColumn({ type: "uuid" })
  id!: string;

  @Column({ type: "varchar", length: 16 })
  action!: SoftDeleteAction;

  /** The deletion that was made or undone; null where there is none. */
  @Column({ name: "deletion_id", type: "uuid", nullable: true })
  deletionId!: string | null;

  /** The entity of the roots; of roots of several entities all their names, with commas between. */
  @Column({ type: "varchar", length: 255 })
  entity!: string;

  /** The primary keys of the roots, the first hundred of them. */
  @Column({ name: "root_ids", type: "simple-json" })
  rootIds!: PrimaryKey[];

  /** How many roots there were. */
  @Column({ name: "root_count", type: "int" })
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
