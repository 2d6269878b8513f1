import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
} from "typeorm";

import { OnSoftDelete, withSoftDelete } from "../src";

/** With the names that what is written by hand has as well. */
const SoftDeletable = withSoftDelete(undefined, {
  deletedAt: { name: "deleted_at" },
  deletionId: { name: "deletion_id" },
});

// TypeORM's own cascades stand here for its own softRemove() and recover(); the package goes by @OnSoftDelete.
const OWN_CASCADE = { cascade: ["soft-remove", "recover"] } as const;

@Entity("bench_user")
export class User extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  name!: string;

  @OneToMany(() => Post, (post) => post.author, { cascade: [...OWN_CASCADE.cascade] })
  posts!: Post[];
}

@Entity("bench_post")
export class Post extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  title!: string;

  @Index()
  @ManyToOne(() => User, (user) => user.posts)
  @JoinColumn({ name: "author_id" })
  @OnSoftDelete("CASCADE")
  author!: User;

  @OneToMany(() => Comment, (comment) => comment.post, { cascade: [...OWN_CASCADE.cascade] })
  comments!: Comment[];
}

@Entity("bench_comment")
export class Comment extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  text!: string;

  @Index()
  @ManyToOne(() => Post, (post) => post.comments)
  @JoinColumn({ name: "post_id" })
  @OnSoftDelete("CASCADE")
  post!: Post;
}

/** An entity without relations. */
@Entity("bench_note")
export class Note extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  text!: string;
}

export const ENTITIES = [User, Post, Comment, Note];
