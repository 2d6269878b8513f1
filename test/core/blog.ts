import "reflect-metadata";
import {
  Column,
  Entity,
  Index,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
  VersionColumn,
} from "typeorm";

import { OnSoftDelete, SoftDeletable } from "../../src";

@Entity()
export class User extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  name!: string;

  @OneToMany(() => Post, (post) => post.author)
  posts!: Post[];

  @VersionColumn()
  version!: number;

  @UpdateDateColumn({ precision: 6 })
  updatedAt!: Date;
}

@Entity()
export class Post extends SoftDeletable {
  @PrimaryGeneratedColumn("uuid")
  id!: string;

  @Column()
  title!: string;

  @Index()
  @ManyToOne(() => User, (user) => user.posts)
  @OnSoftDelete("CASCADE")
  author!: User;

  @Index()
  @ManyToOne(() => User)
  @OnSoftDelete("CASCADE")
  reviewer!: User | null;

  @OneToMany(() => Comment, (comment) => comment.post)
  comments!: Comment[];

  @VersionColumn()
  version!: number;
}

@Entity()
export class Comment extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  text!: string;

  @Index()
  @ManyToOne(() => Post, (post) => post.comments)
  @OnSoftDelete("CASCADE")
  post!: Post;

  @VersionColumn()
  version!: number;
}

export const BLOG = [User, Post, Comment];
