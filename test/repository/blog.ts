import {
  Column,
  Entity,
  Index,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type DataSource,
} from "typeorm";

import { getSoftDeleteRepository, OnSoftDelete, SoftDeletable } from "../../src";
import type { TestDatabase, TestDataSourceOptions } from "../harness";

@Entity()
export class User extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @Column() points!: number;

  @OneToMany(() => Post, (post) => post.author)
  posts!: Post[];
}

@Entity()
export class Post extends SoftDeletable {
  @PrimaryGeneratedColumn("uuid") id!: string;
  @Column() title!: string;

  @Index()
  @ManyToOne(() => User, (user) => user.posts)
  @OnSoftDelete("CASCADE")
  author!: User | null;

  @ManyToMany(() => Tag)
  @JoinTable()
  tags!: Tag[];
}

@Entity()
export class Tag {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
}

@Entity()
export class Seat extends SoftDeletable {
  @PrimaryColumn({ length: 10, type: "varchar" }) row!: string;
  @PrimaryColumn() number!: number;
}

/** Soft-deletable by nobody. */
@Entity()
export class Plain {
  @PrimaryGeneratedColumn() id!: number;
}

export const BLOG = [User, Post, Tag, Seat, Plain];

/** One data source for all cases of a `describe`, emptied before each. */
export function openBlog(
  database: TestDatabase,
  options: TestDataSourceOptions = {},
): { readonly dataSource: DataSource } {
  const opened: { dataSource?: DataSource } = {};
  beforeAll(async () => {
    opened.dataSource = await database.open(BLOG, options);
  });
  beforeEach(async () => {
    const { dataSource } = opened;
    if (!dataSource) return;
    await dataSource.createQueryBuilder().delete().from("post_tags_tag").execute();
    for (const entity of [Post, Tag, User, Seat]) {
      await dataSource.createQueryBuilder().delete().from(entity).execute();
    }
  });
  return opened as { readonly dataSource: DataSource };
}

/**
 * Ada (10 points, two posts) and Dan (40) are deleted; Bob (20, one post) and Eve (80) are active.
 */
export async function fill(dataSource: DataSource): Promise<void> {
  const { manager } = dataSource;
  const [ada, bob] = await manager.save(User, [
    { name: "ada", points: 10 },
    { name: "bob", points: 20 },
    { name: "dan", points: 40 },
    { name: "eve", points: 80 },
  ]);
  const [tag] = await manager.save(Tag, [{ name: "news" }]);
  const posts = manager.getRepository(Post);
  await posts.save(
    posts.create([
      { title: "first", author: ada!, tags: [tag!] },
      { title: "second", author: ada! },
      { title: "other", author: bob!, tags: [tag!] },
    ]),
  );
  await getSoftDeleteRepository(dataSource, User).softDelete([{ name: "ada" }, { name: "dan" }]);
}

export function names(rows: readonly { readonly name: string }[]): string[] {
  return rows.map((row) => row.name).sort();
}

/** The names and titles of all deleted rows. */
export async function deleted(dataSource: DataSource): Promise<string[]> {
  const users = await getSoftDeleteRepository(dataSource, User).onlyDeleted().find();
  const posts = await getSoftDeleteRepository(dataSource, Post).onlyDeleted().find();
  return [...users.map((user) => user.name), ...posts.map((post) => post.title)].sort();
}
