import {
  Column,
  DeleteDateColumn,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  type DataSource,
} from "typeorm";

import type { TestDatabase, TestDataSourceOptions, TestEntities } from "../harness";

// Plain TypeORM: what this package leans on, without this package.

@Entity("author_row")
export class Author {
  @PrimaryColumn() id!: number;
  @Column() name!: string;
  @DeleteDateColumn() deletedAt!: Date | null;
  @OneToMany(() => Book, (book) => book.author, { cascade: true }) books!: Book[];
  @ManyToMany(() => Tag) @JoinTable({ name: "author_tag" }) tags!: Tag[];
}

@Entity("tag_row")
export class Tag {
  @PrimaryColumn() id!: number;
}

@Entity("book_row", { orderBy: { title: "DESC" } })
export class Book {
  @PrimaryColumn() id!: number;
  @Column() title!: string;
  @DeleteDateColumn() deletedAt!: Date | null;
  @ManyToOne(() => Author, (author) => author.books) author!: Author | null;
}

/** Opens one data source for all tests of a `describe`. */
export function openOnce(
  database: TestDatabase,
  entities: TestEntities,
  options: TestDataSourceOptions = {},
): { dataSource: DataSource } {
  const opened = {} as { dataSource: DataSource };
  beforeAll(async () => {
    opened.dataSource = await database.open(entities, options);
  });
  return opened;
}
