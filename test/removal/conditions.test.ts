import {
  Column,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
} from "typeorm";

import { getSoftDeleteRepository, OnSoftDelete, SoftDeletable, SoftDeleteManager } from "../../src";
import { describeEachDriver } from "../harness";

@Entity()
class Tag {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  name!: string;
}

@Entity()
class Article extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @ManyToMany(() => Tag)
  @JoinTable()
  tags!: Tag[];

  @OneToMany(() => Remark, (remark) => remark.article)
  remarks!: Remark[];

  @ManyToOne(() => Remark)
  @OnSoftDelete("CASCADE")
  answerTo!: Remark | null;
}

@Entity()
class Remark extends SoftDeletable {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  text!: string;

  @ManyToOne(() => Article, (article) => article.remarks)
  @OnSoftDelete("CASCADE")
  article!: Article;
}

describeEachDriver("forceDelete() by conditions", (database) => {
  async function open() {
    const ds = await database.open([Tag, Article, Remark]);
    const tag = await ds.manager.save(Tag, { name: "old" });
    const article = await ds.manager.save(Article, { tags: [tag], answerTo: null });
    const remark = await ds.manager.save(Remark, { text: "spam", article });
    const answer = await ds.manager.save(Article, { tags: [tag], answerTo: remark });
    const other = await ds.manager.save(Article, { tags: [], answerTo: null });
    await ds.manager.save(Remark, { text: "kind", article: other });
    return { ds, article, answer, other, articles: getSoftDeleteRepository(ds, Article) };
  }

  it("on the rows below removes those rows and the matched ones", async () => {
    const { ds, other, articles } = await open();

    const result = await articles.forceDelete({ remarks: { text: "spam" } });

    expect(result).toMatchObject({ affected: 1, counts: { Article: 2, Remark: 1 } });
    expect(await ds.manager.find(Article, { select: { id: true } })).toMatchObject([
      { id: other.id },
    ]);
  });

  it("on the rows of a many-to-many removes the matched ones", async () => {
    const { ds, other, articles } = await open();

    await articles.forceDelete({ tags: { name: "old" } });

    expect(await ds.manager.find(Article)).toMatchObject([{ id: other.id }]);
    expect(await ds.manager.count(Tag)).toBe(1);
  });

  it("on the deletion id removes what that deletion took of a cycle", async () => {
    const { ds, article, other, articles } = await open();
    const { deletionId } = await new SoftDeleteManager(ds).softDelete(Article, article.id);

    const result = await articles.onlyDeleted().forceDelete({ deletionId: deletionId! });

    expect(result).toMatchObject({ affected: 2, counts: { Article: 2, Remark: 1 } });
    expect(await ds.manager.find(Article)).toMatchObject([{ id: other.id }]);
  });

  it("on a reference that is let go removes the matched row", async () => {
    const { ds, answer, articles } = await open();

    const result = await articles.forceDelete({ answerTo: { text: "spam" } });

    expect(result).toMatchObject({ affected: 1, total: 1 });
    expect(await ds.manager.existsBy(Article, { id: answer.id })).toBe(false);
    expect(await ds.manager.count(Article)).toBe(2);
  });
});
