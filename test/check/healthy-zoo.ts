import "reflect-metadata";
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from "typeorm";

import { OnSoftDelete, UniqueActive, withSoftDelete } from "../../src";
import type { DatabaseName } from "../harness";

/** Entities in which `check()` has nothing to find. */
export interface HealthyZoo {
  readonly User: new () => { id: number };
  readonly Post: new () => { id: number };
  readonly entities: (new () => object)[];
}

export function healthyZoo(database: DatabaseName): HealthyZoo {
  const options = database === "postgres" ? { deletedAt: { type: "timestamptz" as const } } : {};

  @Entity()
  @UniqueActive(["tenant", "email"])
  class User extends withSoftDelete(undefined, options) {
    @PrimaryColumn() id!: number;
    @Column({ type: "int" }) tenant!: number;
    @Column() email!: string;
  }

  @Entity()
  class Post extends withSoftDelete(undefined, options) {
    @PrimaryColumn() id!: number;
    @Index() @Column({ type: "int" }) authorId!: number;
    @ManyToOne(() => User) @JoinColumn() @OnSoftDelete("CASCADE") author!: User;
    @Index() @Column({ type: "int", nullable: true }) parentId!: number | null;
    @ManyToOne(() => Post) @JoinColumn() @OnSoftDelete("CASCADE") parent!: Post | null;
  }

  /** Never soft-deleted. */
  @Entity()
  class Invoice {
    @PrimaryColumn() id!: number;
    @Index() @Column({ type: "int" }) payerId!: number;
    @ManyToOne(() => User) @JoinColumn() @OnSoftDelete("RESTRICT") payer!: User;
    @Column({ unique: true }) serial!: string;
  }

  return { User, Post, entities: [User, Post, Invoice] };
}
