import {
  ChildEntity,
  Column,
  Entity,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  TableInheritance,
} from "typeorm";

import { getSoftDeleteRepository, OnSoftDelete, SoftDeletable } from "../../src";
import { describeEachDatabase } from "../harness";
import { expectRoundTrip, save, states, SUBSCRIBED } from "./round-trip";

@Entity()
@TableInheritance({ column: { type: "varchar", name: "kind" } })
class Content extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ default: 0 }) points!: number;
}

@ChildEntity()
class Article extends Content {
  @Column({ nullable: true, type: "varchar" }) text!: string | null;
  @OneToMany(() => Remark, (remark) => remark.article) remarks!: Remark[];
}

@ChildEntity()
class Photo extends Content {
  @ManyToOne(() => Article)
  @OnSoftDelete("CASCADE")
  illustrates!: Article | null;
}

@Entity()
class Remark extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @ManyToOne(() => Content) @OnSoftDelete("CASCADE") content!: Content | null;
  @ManyToOne(() => Article, (article) => article.remarks)
  @OnSoftDelete("CASCADE")
  article!: Article | null;
}

describeEachDatabase("single-table inheritance", (database) => {
  async function open() {
    const dataSource = await database.open([Content, Article, Photo, Remark], SUBSCRIBED);
    const article = await save(dataSource, Article);
    const photo = await save(dataSource, Photo, { illustrates: article });
    await save(dataSource, Photo);
    await save(dataSource, Remark, { content: photo });
    await save(dataSource, Remark, { article });
    await save(dataSource, Remark);
    return { dataSource, article, photo };
  }
  const BETWEEN = [
    [true, true, false],
    [true, true, false],
  ];

  it("cascades from a child entity into its own table and others", async () => {
    const { dataSource, article } = await open();

    await expectRoundTrip(dataSource, Content, article.id, [Remark], BETWEEN);
    await expectRoundTrip(dataSource, Article, article.id, [Content, Remark], [[true], ...BETWEEN]);
  });

  it("counts under the entity at the top of the table", async () => {
    const { dataSource, article } = await open();
    const articles = getSoftDeleteRepository(dataSource, Article);

    const result = await articles.softDelete(article.id);

    expect(result.counts).toEqual({ Content: 2, Remark: 2 });
    expect(result.affected).toBe(1);
    expect((await articles.restore(article.id)).counts).toEqual({ Content: 2, Remark: 2 });
  });

  it("does not reach a row of another kind by its id", async () => {
    const { dataSource, article, photo } = await open();
    for (const articles of [
      getSoftDeleteRepository(dataSource, Article),
      dataSource.getRepository(Article),
    ]) {
      expect((await articles.softDelete(photo.id)).affected).toBe(0);
      expect((await articles.softDelete({ points: 0 })).affected).toBe(1);
      expect(await states(dataSource, Content, Remark)).toEqual(BETWEEN);
      expect((await articles.restore({ points: 0 })).affected).toBe(1);
    }
    expect(await getSoftDeleteRepository(dataSource, Article).onlyDeleted().count()).toBe(0);
    await getSoftDeleteRepository(dataSource, Article).softDelete(article.id);
    const trash = getSoftDeleteRepository(dataSource, Photo).onlyDeleted();
    expect((await trash.find()).map((row) => row.id)).toEqual([photo.id]);
    expect(await trash.createQueryBuilder("photo").where("1 = 1").orWhere("1 = 1").getCount()).toBe(
      1,
    );
  });

  it("shows objects of every kind what happened", async () => {
    const { dataSource, article, photo } = await open();
    const loaded = await dataSource.manager.findOneOrFail(Article, {
      where: { id: article.id },
      relations: { remarks: true },
    });

    await dataSource.manager.softRemove([loaded, photo]);
    expect([loaded.isDeleted, photo.isDeleted, loaded.remarks[0]?.isDeleted]).toEqual([
      true,
      true,
      true,
    ]);

    await getSoftDeleteRepository<Content>(dataSource, Content).recover([loaded, photo]);
    expect([loaded.isDeleted, photo.isDeleted, loaded.remarks[0]?.isDeleted]).toEqual([
      false,
      false,
      false,
    ]);
  });
});
