import "reflect-metadata";
import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  UpdateDateColumn,
  VersionColumn,
} from "typeorm";

import { OnSoftDelete, SoftDeletable } from "../../src";

// A chain of three, the middle one with two foreign keys to the same parent.

@Entity()
export class User extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @VersionColumn() version!: number;
  @UpdateDateColumn({ precision: 6 }) updatedAt!: Date;
}

@Entity()
export class Post extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() authorId!: number;
  @ManyToOne(() => User) @JoinColumn() @OnSoftDelete("CASCADE") author!: User;
  @Index() @Column({ type: "int", nullable: true }) reviewerId!: number | null;
  @ManyToOne(() => User) @JoinColumn() @OnSoftDelete("CASCADE") reviewer!: User | null;
  @VersionColumn() version!: number;
}

@Entity()
export class Comment extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() postId!: number;
  @ManyToOne(() => Post) @JoinColumn() @OnSoftDelete("CASCADE") post!: Post;
  @VersionColumn() version!: number;
  @UpdateDateColumn({ precision: 6 }) updatedAt!: Date;
}

export const BLOG = [User, Post, Comment];

// A diamond: a task hangs by a department and by a project, in different tables, of one company.

@Entity()
export class Company extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@Entity()
export class Department extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() companyId!: number;
  @ManyToOne(() => Company) @JoinColumn() @OnSoftDelete("CASCADE") company!: Company;
}

@Entity()
export class Project extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() companyId!: number;
  @ManyToOne(() => Company) @JoinColumn() @OnSoftDelete("CASCADE") company!: Company;
}

@Entity()
export class Task extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() departmentId!: number;
  @ManyToOne(() => Department) @JoinColumn() @OnSoftDelete("CASCADE") department!: Department;
  @Index() @Column() projectId!: number;
  @ManyToOne(() => Project) @JoinColumn() @OnSoftDelete("CASCADE") project!: Project;
  @VersionColumn() version!: number;
}

/** Below the diamond, so that whole subtrees are handed over. */
@Entity()
export class Step extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column() taskId!: number;
  @ManyToOne(() => Task) @JoinColumn() @OnSoftDelete("CASCADE") task!: Task;
}

export const DIAMOND = [Company, Department, Project, Task, Step];

// A tree, whose nodes may also hang by a shelf in another table.

@Entity()
export class Shelf extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@Entity()
export class Node extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column({ type: "int", nullable: true }) parentId!: number | null;
  @ManyToOne(() => Node) @JoinColumn() @OnSoftDelete("CASCADE") parent!: Node | null;
  @Index() @Column({ type: "int", nullable: true }) shelfId!: number | null;
  @ManyToOne(() => Shelf) @JoinColumn() @OnSoftDelete("CASCADE") shelf!: Shelf | null;
  @VersionColumn() version!: number;
}

export const TREE = [Shelf, Node];

// A cycle over two tables: a team hangs by its captain, a player by the team.

@Entity()
export class Team extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column({ type: "int", nullable: true }) captainId!: number | null;
  @ManyToOne(() => Player, { createForeignKeyConstraints: false })
  @JoinColumn()
  @OnSoftDelete("CASCADE")
  captain!: unknown;
  @VersionColumn() version!: number;
}

@Entity()
export class Player extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Index() @Column({ type: "int", nullable: true }) teamId!: number | null;
  @ManyToOne(() => Team) @JoinColumn() @OnSoftDelete("CASCADE") team!: Team | null;
  @Index() @Column({ type: "int", nullable: true }) clubId!: number | null;
  @ManyToOne(() => Club) @JoinColumn() @OnSoftDelete("CASCADE") club!: unknown;
  @VersionColumn() version!: number;
}

/** Outside the cycle, and above it. */
@Entity()
export class Club extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

export const CYCLE = [Club, Team, Player];
