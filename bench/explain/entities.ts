import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from "typeorm";

import { OnSoftDelete, withSoftDelete } from "../../src";

/** With the names that what is written by hand has as well. */
const SoftDeletable = withSoftDelete(undefined, {
  deletedAt: { name: "deleted_at" },
  deletionId: { name: "deletion_id" },
});

@Entity("big_user")
export class User extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  name!: string;
}

/** A row with two parents: a restore may have to hand it over. */
@Entity("big_post")
export class Post extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Index()
  @ManyToOne(() => User)
  @JoinColumn({ name: "author_id" })
  @OnSoftDelete("CASCADE")
  author!: User;

  @Index()
  @ManyToOne(() => User)
  @JoinColumn({ name: "reviewer_id" })
  @OnSoftDelete("CASCADE")
  reviewer!: User | null;
}

@Entity("big_comment")
export class Comment extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Index()
  @ManyToOne(() => Post)
  @JoinColumn({ name: "post_id" })
  @OnSoftDelete("CASCADE")
  post!: Post;
}

/** Keeps the users it belongs to. */
@Entity("big_invoice")
export class Invoice {
  @PrimaryGeneratedColumn()
  id!: number;

  @Index()
  @ManyToOne(() => User)
  @JoinColumn({ name: "user_id" })
  @OnSoftDelete("RESTRICT")
  user!: User;
}

@Entity("big_folder")
export class Folder extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Index()
  @ManyToOne(() => Folder)
  @JoinColumn({ name: "parent_id" })
  @OnSoftDelete("CASCADE")
  parent!: Folder | null;
}

export const BIG_ENTITIES = [User, Post, Comment, Invoice, Folder];
