import {
  Column,
  Entity,
  Index,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type DataSource,
} from "typeorm";

import { getSoftDeleteRepository, OnSoftDelete, SoftDeletable } from "../../src";
import type { TestDatabase, TestDataSourceOptions } from "../harness";

@Entity()
export class House extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
}

/** Cannot be soft-deleted. */
@Entity()
export class Section {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
}

@Entity()
export class Writer extends SoftDeletable {
  @PrimaryGeneratedColumn("uuid") id!: string;
  @Column() name!: string;

  @Index()
  @ManyToOne(() => House)
  house!: House | null;

  @OneToMany(() => Article, (article) => article.writer)
  articles!: Article[];
}

/** Its writer may go without it; its remarks and its summary go with it. */
@Entity()
export class Article extends SoftDeletable {
  // Of two columns.
  @PrimaryColumn({ type: "varchar", length: 20 }) volume!: string;
  @PrimaryColumn() page!: number;
  @Column() title!: string;
  @Column({ default: 0 }) words!: number;

  @Index()
  @ManyToOne(() => Writer, (writer) => writer.articles, { nullable: false })
  writer!: Writer | null;

  @Index()
  @ManyToOne(() => Section)
  section!: Section | null;

  @OneToMany(() => Remark, (remark) => remark.article)
  remarks!: Remark[];

  @OneToOne(() => Summary, (summary) => summary.article)
  summary!: Summary | null;

  @ManyToMany(() => Topic, (topic) => topic.articles)
  @JoinTable()
  topics!: Topic[];
}

@Entity()
export class Summary extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() text!: string;

  @OneToOne(() => Article, (article) => article.summary)
  @JoinColumn()
  @OnSoftDelete("CASCADE")
  article!: Article | null;
}

@Entity()
export class Remark extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() text!: string;

  @Index()
  @ManyToOne(() => Article, (article) => article.remarks)
  @OnSoftDelete("CASCADE")
  article!: Article | null;

  /** Loaded by every find. */
  @Index()
  @ManyToOne(() => Writer, { eager: true })
  by!: Writer | null;

  @Index()
  @ManyToOne(() => Remark, (remark) => remark.replies)
  @OnSoftDelete("CASCADE")
  to!: Remark | null;

  @OneToMany(() => Remark, (remark) => remark.to)
  replies!: Remark[];
}

@Entity()
export class Topic extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;

  @ManyToMany(() => Article, (article) => article.topics)
  articles!: Article[];
}

export const PRESS = [House, Section, Writer, Article, Summary, Remark, Topic];

/** One data source for all cases of a `describe`, filled once: its cases read only. */
export function openPress(
  database: TestDatabase,
  options: TestDataSourceOptions = {},
): { readonly dataSource: DataSource } {
  const opened: { dataSource?: DataSource } = {};
  beforeAll(async () => {
    opened.dataSource = await database.open(PRESS, options);
    await fillPress(opened.dataSource);
  });
  afterAll(() => opened.dataSource?.destroy());
  return opened as { readonly dataSource: DataSource };
}

/**
 * Ada is deleted with her house, Bob and his are active. The articles: "dawn" (Ada) and "noon" (Bob) are active, "dusk" (Bob)
 * is deleted with its remark "late" and the reply to it; its remark "early" was deleted before, on its own.
 */
export async function fillPress({ manager }: DataSource): Promise<void> {
  const [north, south] = await manager.save(House, [{ name: "north" }, { name: "south" }]);
  const [news] = await manager.save(Section, [{ name: "news" }]);
  const [ada, bob] = await manager.save(Writer, [
    { name: "ada", house: north ?? null },
    { name: "bob", house: south ?? null },
  ]);
  const [sky, sea] = await manager.save(Topic, [{ name: "sky" }, { name: "sea" }]);
  const topics = [sky, sea] as Topic[];
  const section = news ?? null;
  const [dawn, , dusk] = await manager.save(Article, [
    { volume: "a", page: 1, title: "dawn", words: 10, writer: ada ?? null, section, topics },
    { volume: "a", page: 2, title: "noon", words: 20, writer: bob ?? null, section, topics },
    { volume: "b", page: 1, title: "dusk", words: 40, writer: bob ?? null, section, topics },
  ]);
  await manager.save(Summary, [
    { text: "of dawn", article: dawn ?? null },
    { text: "of dusk", article: dusk ?? null },
  ]);
  const [, , late] = await manager.save(Remark, [
    { text: "bright", article: dawn ?? null, by: ada ?? null },
    { text: "dull", article: dawn ?? null, by: bob ?? null },
    { text: "late", article: dusk ?? null, by: ada ?? null },
    { text: "early", article: dusk ?? null, by: bob ?? null },
  ]);
  await manager.save(Remark, [{ text: "so what", to: late ?? null, by: bob ?? null }]);

  const repository = getSoftDeleteRepository;
  await repository(manager, House).softDelete({ name: "north" });
  await repository(manager, Writer).softDelete({ name: "ada" });
  await repository(manager, Topic).softDelete({ name: "sea" });
  await repository(manager, Remark).softDelete([{ text: "dull" }]);
  await repository(manager, Remark).softDelete([{ text: "early" }]);
  await repository(manager, Summary).softDelete({ text: "of dawn" });
  await repository(manager, Article).softDelete({ title: "dusk" });
}
