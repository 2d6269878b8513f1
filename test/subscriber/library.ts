import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryGeneratedColumn,
  VersionColumn,
  type DataSource,
  type EntityManager,
} from "typeorm";

import { OnSoftDelete, SoftDeletable, SoftDeleteSubscriber } from "../../src";
import type { TestDatabase, TestDataSourceOptions, TestEntities } from "../harness";

abstract class Named extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @VersionColumn() version!: number;
}

@Entity()
export class Shelf extends Named {
  @OneToMany(() => Book, (book) => book.shelf, { cascade: true })
  books!: Book[];
}

@Entity()
export class Author extends Named {
  @OneToMany(() => Book, (book) => book.author, { cascade: true })
  books!: Book[];

  @OneToOne(() => Portrait, (portrait) => portrait.author, { cascade: true })
  portrait!: Portrait | null;
}

@Entity()
export class Portrait extends Named {
  @OneToOne(() => Author, (author) => author.portrait)
  @JoinColumn()
  author!: Author | null;
}

@Entity()
export class Book extends Named {
  @Index()
  @ManyToOne(() => Author, (author) => author.books, { orphanedRowAction: "soft-delete" })
  @OnSoftDelete("CASCADE")
  author!: Author | null;

  @Index()
  @ManyToOne(() => Shelf, (shelf) => shelf.books)
  @OnSoftDelete("CASCADE")
  shelf!: Shelf | null;

  @OneToMany(() => Page, (page) => page.book, { cascade: true })
  pages!: Page[];
}

@Entity()
export class Page extends Named {
  @Index()
  @ManyToOne(() => Book, (book) => book.pages)
  @OnSoftDelete("CASCADE")
  book!: Book | null;
}

/** An author who has been lent something cannot go. */
@Entity()
export class Loan extends Named {
  @Index()
  @ManyToOne(() => Author)
  @OnSoftDelete("RESTRICT")
  author!: Author | null;
}

@Entity()
export class Country {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
}

export const LIBRARY = [Shelf, Author, Portrait, Book, Page, Loan, Country];
const SOFT_DELETABLE = [Shelf, Author, Portrait, Book, Page, Loan];

/** One data source for all cases of a `describe`, emptied before each. */
export function openLibrary(
  database: TestDatabase,
  subscribers: NonNullable<TestDataSourceOptions["subscribers"]> = [SoftDeleteSubscriber],
  entities: TestEntities = LIBRARY,
): { readonly dataSource: DataSource } {
  const opened: { dataSource?: DataSource } = {};
  beforeAll(async () => {
    opened.dataSource = await database.open(entities, { subscribers });
  });
  beforeEach(async () => {
    for (const entity of [Page, Book, Portrait, Loan, Author, Shelf, Country]) {
      await opened.dataSource?.createQueryBuilder().delete().from(entity).execute();
    }
  });
  return opened as { readonly dataSource: DataSource };
}

/** Ada with a portrait, two books of two pages each, and Bob with one of each. */
export async function fill(dataSource: DataSource): Promise<{ ada: Author; bob: Author }> {
  const { manager } = dataSource;
  const author = (name: string, books: string[]): Author =>
    manager.create(Author, {
      name,
      portrait: { name: `portrait of ${name}` },
      books: books.map((book) => ({
        name: book,
        pages: [{ name: `${book} 1` }, { name: `${book} 2` }],
      })),
    });
  const ada = await manager.save(author("ada", ["engines", "notes"]));
  const bob = await manager.save(author("bob", ["ropes"]));
  return { ada, bob };
}

/** What Ada's deletion takes. */
export const ADAS = [
  "ada",
  "engines",
  "engines 1",
  "engines 2",
  "notes",
  "notes 1",
  "notes 2",
  "portrait of ada",
];

export interface Row {
  readonly name: string;
  readonly deletedAt: Date | null;
  readonly deletionId: string | null;
  readonly version: number;
}

/** Every row of every table, by name. */
export async function rows(source: DataSource | EntityManager): Promise<Map<string, Row>> {
  const manager = "manager" in source ? source.manager : source;
  const all = new Map<string, Row>();
  for (const entity of SOFT_DELETABLE) {
    for (const row of await manager.find<Row>(entity, { withDeleted: true }))
      all.set(row.name, row);
  }
  return all;
}

/**
 * The names of the deleted rows, those of each deletion together. Throws for a row whose delete date and deletion id
 * disagree.
 */
export async function deletions(source: DataSource | EntityManager): Promise<string[][]> {
  const groups = new Map<string, string[]>();
  for (const { name, deletedAt, deletionId } of (await rows(source)).values()) {
    if ((deletedAt === null) !== (deletionId === null)) throw new Error(`${name} is unsettled.`);
    if (deletionId) groups.set(deletionId, [...(groups.get(deletionId) ?? []), name].sort());
  }
  return [...groups.values()].sort((a, b) => String(a).localeCompare(String(b)));
}

/** The row of a name, which has to exist. */
export async function rowOf(source: DataSource | EntityManager, name: string): Promise<Row> {
  const row = (await rows(source)).get(name);
  if (!row) throw new Error(`There is no row ${name}.`);
  return row;
}

/** The rows with their versions, to compare two moments. */
export async function versions(source: DataSource | EntityManager): Promise<[string, number][]> {
  return [...(await rows(source)).values()].map(({ name, version }) => [name, version]);
}
