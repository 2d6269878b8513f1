// The entities of docs/adoption.md: as they were, and as they are after the adoption.
import {
  Column,
  DeleteDateColumn,
  Entity,
  Index,
  ManyToOne,
  PrimaryGeneratedColumn,
} from "typeorm";

import { OnSoftDelete, SoftDeletable, withSoftDelete } from "../../src";

@Entity("article")
export class OldArticle {
  @PrimaryGeneratedColumn() id!: number;
  @DeleteDateColumn() deletedAt!: Date | null;
}

@Entity("remark")
export class OldRemark {
  @PrimaryGeneratedColumn() id!: number;
  @DeleteDateColumn() deletedAt!: Date | null;
  @Index() @ManyToOne(() => OldArticle) article!: OldArticle;
}

@Entity("article")
export class Article extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
}

@Entity("remark")
export class Remark extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Index() @ManyToOne(() => Article) @OnSoftDelete("CASCADE") article!: Article;
}

@Entity("task")
export class OldTask {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ name: "is_deleted", type: "boolean", default: false }) isDeleted!: boolean;
}

@Entity("task")
export class Task extends withSoftDelete(undefined, { deletedFlag: { name: "is_deleted" } }) {
  @PrimaryGeneratedColumn() id!: number;
}

@Entity("page")
export class OldPage {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ name: "removed_on", type: Date, nullable: true }) removedOn!: Date | null;
}

@Entity("page")
export class Page extends withSoftDelete(undefined, { deletedAt: { name: "removed_on" } }) {
  @PrimaryGeneratedColumn() id!: number;
}
