import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from "typeorm";

import { OnSoftDelete, withSoftDelete } from "../../src";

/** With names that stand in plans. */
const SoftDeletable = withSoftDelete(undefined, {
  deletedAt: { name: "deleted_at" },
  deletionId: { name: "deletion_id" },
});

@Entity("st_user")
export class User extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column() name!: string;
}

@Entity("st_post")
export class Post extends SoftDeletable {
  @PrimaryColumn() id!: number;

  @Index()
  @ManyToOne(() => User)
  @JoinColumn({ name: "author_id" })
  @OnSoftDelete("CASCADE")
  author!: User;
}

/** A tree in which no row has one below it. */
@Entity("st_comment")
export class Comment extends SoftDeletable {
  @PrimaryColumn() id!: number;

  @Index()
  @ManyToOne(() => Post)
  @JoinColumn({ name: "post_id" })
  @OnSoftDelete("CASCADE")
  post!: Post;

  @Index()
  @ManyToOne(() => Comment)
  @JoinColumn({ name: "parent_id" })
  @OnSoftDelete("CASCADE")
  parent!: Comment | null;
}

/** Rows of which nearly none have a parent. */
@Entity("st_like")
export class Like extends SoftDeletable {
  @PrimaryColumn() id!: number;

  @Index()
  @ManyToOne(() => User)
  @JoinColumn({ name: "user_id" })
  @OnSoftDelete("CASCADE")
  user!: User | null;
}

/** One below the other, all of them. */
@Entity("st_folder")
export class Folder extends SoftDeletable {
  @PrimaryColumn() id!: number;

  @Index()
  @ManyToOne(() => Folder)
  @JoinColumn({ name: "parent_id" })
  @OnSoftDelete("CASCADE")
  parent!: Folder | null;
}

export const ENTITIES = [User, Post, Comment, Like, Folder];
