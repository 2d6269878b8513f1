import type { DataSource } from "typeorm";

import { tidy } from "../database";

/** Posts of one user, comments on one post, folders of one tree. */
export const POSTS = 10;
export const COMMENTS = 5;
export const TREE = 100;

/** How many users and trees there are; the first half of either was deleted long ago, two at a time. */
export interface Filled {
  readonly users: number;
  readonly trees: number;
}

/** Fills the tables, within the database. The largest have as many rows as asked for. */
export async function fill(dataSource: DataSource, rows: number): Promise<Filled> {
  const users = rows / (POSTS * COMMENTS);
  const trees = rows / TREE;
  const postgres = dataSource.options.type === "postgres";
  const sqlite = dataSource.options.type === "better-sqlite3";
  const divide = (dividend: string, divisor: number): string =>
    postgres || sqlite ? `(${dividend}) / ${divisor}` : `(${dividend}) DIV ${divisor}`;

  /** The number of the old deletion that took a user or a tree. */
  const insert = async (
    table: string,
    columns: string,
    values: string,
    count: number,
    owner?: [expression: string, owners: number],
  ): Promise<void> => {
    const stamp = owner ? stamps(divide(owner[0], 2), `${owner[0]} <= ${owner[1] / 2}`) : "";
    await dataSource.query(
      `INSERT INTO ${table} (id, ${columns}${owner ? ", deleted_at, deletion_id" : ""})
       SELECT n.i, ${values}${stamp} FROM ${numbers(count)} n ORDER BY n.i`,
    );
  };
  function stamps(deletion: string, condition: string): string {
    const prefix = "01890000-0000-7000-8000-";
    const digits = postgres
      ? `lpad((${deletion})::text, 12, '0')`
      : sqlite
        ? `printf('%012d', ${deletion})`
        : `LPAD(${deletion}, 12, '0')`;
    const id = postgres
      ? `('${prefix}' || ${digits})::uuid`
      : sqlite
        ? `'${prefix}' || ${digits}`
        : `CONCAT('${prefix}', ${digits})`;
    const at = postgres
      ? `timestamp '2025-01-01' + (${deletion}) * interval '1 minute'`
      : sqlite
        ? `strftime('%Y-%m-%d %H:%M:%f', '2025-01-01', (${deletion}) || ' minutes')`
        : `TIMESTAMP('2025-01-01') + INTERVAL (${deletion}) MINUTE`;
    return `, CASE WHEN ${condition} THEN ${at} END, CASE WHEN ${condition} THEN ${id} END`;
  }

  const author = (post: string): string => `(${divide(`${post} - 1`, POSTS)} + 1)`;
  const post = `(${divide("n.i - 1", COMMENTS)} + 1)`;
  const tree = `(${divide("n.i - 1", TREE)} + 1)`;
  const branch = `(n.i - 1) % ${TREE}`;
  // Ten at the first two levels, the others below them.
  const parent = `CASE WHEN ${branch} = 0 THEN NULL WHEN ${branch} < 10 THEN n.i - ${branch} ELSE n.i - ${branch} + ${divide(`${branch} - 10`, 10)} + 1 END`;
  // Every tenth post is reviewed by the next user.
  const reviewer = `CASE WHEN n.i % ${POSTS} = 0 AND ${author("n.i")} NOT IN (${users / 2}, ${users}) THEN ${author("n.i")} + 1 END`;

  await insert("big_user", "name", "'user'", users, ["n.i", users]);
  await insert(
    "big_post",
    "author_id, reviewer_id",
    `${author("n.i")}, ${reviewer}`,
    users * POSTS,
    [author("n.i"), users],
  );
  await insert("big_comment", "post_id", post, rows, [author(post), users]);
  // The last tenth of the users.
  await insert("big_invoice", "user_id", `n.i % ${users / 10} + 1 + ${users - users / 10}`, users);
  await insert("big_folder", "parent_id", parent, rows, [tree, trees]);
  if (postgres) {
    for (const { tableName } of dataSource.entityMetadatas)
      await dataSource.query(
        `SELECT setval(pg_get_serial_sequence('${tableName}', 'id'), ${rows})`,
      );
  }
  await tidy(dataSource);
  return { users, trees };
}

/** The numbers from 1, on any database. */
export function numbers(count: number): string {
  const digit =
    "(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)";
  const places = Math.ceil(Math.log10(count));
  const from = Array.from({ length: places }, (_, place) => `${digit} d${place}`).join(
    " CROSS JOIN ",
  );
  const sum = Array.from({ length: places }, (_, place) => `d${place}.d * ${10 ** place}`).join(
    " + ",
  );
  return `(SELECT i FROM (SELECT ${sum} + 1 AS i FROM ${from}) all_numbers WHERE i <= ${count} ORDER BY i)`;
}
