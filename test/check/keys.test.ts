import "reflect-metadata";
import {
  Column,
  DeleteDateColumn,
  Entity,
  Generated,
  Index,
  JoinColumn,
  ManyToOne,
  OneToOne,
  PrimaryColumn,
  Unique,
} from "typeorm";

import { DeletionIdColumn, OnSoftDelete, SoftDeletable, SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase } from "../harness";
import { findings, found } from "./found";

@Entity()
class Author extends SoftDeletable {
  @PrimaryColumn() id!: number;
}

@Entity()
@Index(["bareId", "title"], { where: `"title" = 'x'` })
@Index(["ledId", "title"])
class Book extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column() title!: string;
  // No index of its own, and only a partial one.
  @Column({ type: "int" }) bareId!: number;
  @ManyToOne(() => Author) @JoinColumn() @OnSoftDelete("RESTRICT") bare!: Author;
  // No index, and no constraint for which MySQL would make one.
  @ManyToOne(() => Author, { createForeignKeyConstraints: false })
  @OnSoftDelete("CASCADE")
  loose!: Author;
  // At the head of a longer index.
  @Column({ type: "int" }) ledId!: number;
  @ManyToOne(() => Author) @JoinColumn() @OnSoftDelete("CASCADE") led!: Author;
  // An index that leaves out nothing but nulls.
  @Index({ where: `"sparseId" IS NOT NULL` }) @Column({ type: "int" }) sparseId!: number;
  @ManyToOne(() => Author) @JoinColumn() @OnSoftDelete("CASCADE") sparse!: Author;
  // Followed by no cascade.
  @ManyToOne(() => Author) kept!: Author;
}

@Entity()
class Own {
  @PrimaryColumn() id!: number;
  @DeleteDateColumn() removedAt!: Date | null;
  @DeletionIdColumn() removalId!: string | null;
}

@Entity()
@Index("indexed_removed_at", ["removedAt", "removalId"])
@Index("indexed_removal_id", ["removalId", "removedAt"])
class Indexed {
  @PrimaryColumn() id!: number;
  @DeleteDateColumn() removedAt!: Date | null;
  @DeletionIdColumn() removalId!: string | null;
}

@Entity()
@Unique(["id", "name"])
class Keyed extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column({ unique: true }) name!: string;
  @Index({ unique: true }) @Column({ type: "int" }) number!: number;
  @Index({ unique: true, where: `"deletedAt" IS NULL` }) @Column({ type: "int" }) live!: number;
  @Index({ unique: true, where: `"size" > 1` }) @Column({ type: "int" }) size!: number;
  @Column({ unique: true }) @Generated("uuid") token!: string;
  @OneToOne(() => Author) @JoinColumn() author!: Author;
}

@Entity()
@Unique(["slug", "deletedAt"])
class WrongRecipe extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column() slug!: string;
}

@Entity()
class Plain {
  @PrimaryColumn() id!: number;
  @Column({ unique: true }) name!: string;
}

describeEachDatabase("check() of indexes and keys", (database) => {
  const mysql = database.name === "mysql";
  const subscribers = [SoftDeleteSubscriber];

  it("finds binding relations whose foreign key is at the head of no index", async () => {
    const dataSource = await database.open([Author, Book], { subscribers });
    const all = await findings(dataSource, "timestamp-without-time-zone");
    const paths = all.map(({ code, severity, message }) => [code, severity, message.split(" ")[0]]);
    const missing = (path: string): string[] => ["foreign-key-without-index", "warning", path];
    expect(paths).toEqual(
      mysql ? [missing("Book.loose")] : [missing("Book.bare"), missing("Book.loose")],
    );
  });

  it("finds deletion id columns without the indexes of undo and purge", async () => {
    const dataSource = await database.open([Own, Indexed], { subscribers });
    const all = await findings(dataSource, "timestamp-without-time-zone");
    expect(all.map(({ code, message }) => [code, message.split(" ")[0]])).toEqual([
      ["undo-index-missing", "Own.removalId"],
      ["undo-index-missing", "Own.removedAt"],
    ]);
  });

  it("finds unique keys that count deleted rows", async () => {
    const dataSource = await database.open([Author, Keyed, Plain], { subscribers });
    const all = await findings(dataSource, "timestamp-without-time-zone");
    const paths = all.map(({ code, severity, message }) => [code, severity, message.split(":")[0]]);
    const expected = [
      ["one-to-one-ignores-deletion", "warning", "Keyed.author"],
      ["unique-key-ignores-deletion", "warning", "Keyed.name"],
      ["unique-key-ignores-deletion", "warning", "Keyed.number"],
      ["unique-key-ignores-deletion", "warning", "Keyed.size"],
    ];
    if (mysql) expected.unshift(["unique-condition-dropped", "error", "Keyed.live"]);
    expect(paths).toHaveLength(expected.length);
    expect(paths).toEqual(expect.arrayContaining(expected));
  });

  it("finds unique keys that never hold, because they contain the delete date", async () => {
    const dataSource = await database.open([WrongRecipe], { subscribers });
    await expect(found(dataSource, "timestamp-without-time-zone")).resolves.toEqual([
      "unique-key-over-delete-date WrongRecipe",
    ]);
    // It is true: two active rows with one key.
    await dataSource.getRepository(WrongRecipe).insert([
      { id: 1, slug: "same" },
      { id: 2, slug: "same" },
    ]);
    await expect(dataSource.getRepository(WrongRecipe).count()).resolves.toBe(2);
  });
});
