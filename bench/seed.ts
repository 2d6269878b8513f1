import type { DataSource, EntityTarget, ObjectLiteral } from "typeorm";

import { Comment, Note, Post, User } from "./entities";

const ROWS_PER_INSERT = 2000;

/** How many rows of each kind there are. */
export interface BlogSize {
  readonly users: number;
  readonly postsPerUser: number;
  readonly commentsPerPost: number;
}

/** Fills the tables; ids count from 1, the children of one parent stand together. */
export async function seedBlog(dataSource: DataSource, size: BlogSize): Promise<void> {
  const posts = size.users * size.postsPerUser;
  const comments = posts * size.commentsPerPost;
  await insert(dataSource, User, size.users, (id) => ({ id, name: `user ${id}` }));
  await insert(dataSource, Post, posts, (id) => ({
    id,
    title: `post ${id}`,
    author: { id: Math.ceil(id / size.postsPerUser) },
  }));
  await insert(dataSource, Comment, comments, (id) => ({
    id,
    text: `comment ${id}`,
    post: { id: Math.ceil(id / size.commentsPerPost) },
  }));
}

export async function seedNotes(dataSource: DataSource, count: number): Promise<void> {
  await insert(dataSource, Note, count, (id) => ({ id, text: `note ${id}` }));
}

async function insert(
  dataSource: DataSource,
  target: EntityTarget<ObjectLiteral>,
  count: number,
  row: (id: number) => ObjectLiteral,
): Promise<void> {
  await dataSource.transaction(async (manager) => {
    for (let from = 1; from <= count; from += ROWS_PER_INSERT) {
      const size = Math.min(ROWS_PER_INSERT, count - from + 1);
      const rows = Array.from({ length: size }, (_, index) => row(from + index));
      const insertion = manager.createQueryBuilder().insert().into(target).values(rows);
      await insertion.updateEntity(false).execute();
    }
  });
}
