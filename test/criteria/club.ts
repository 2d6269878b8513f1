import {
  Column,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  type DataSource,
} from "typeorm";

import { SoftDeletable } from "../../src";

export enum Rank {
  junior = "junior",
  senior = "senior",
}

/** Where somebody lives, and who noted it: a relation in an embedded object. */
export class Address {
  @Column({ type: "varchar", length: 40, nullable: true }) city!: string | null;
  @Column({ type: "int", nullable: true }) zone!: number | null;
  @ManyToOne(() => Member, { nullable: true, createForeignKeyConstraints: false })
  notedBy!: Member | null;
}

@Entity("club_member")
export class Member extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column({ type: "varchar", length: 40 }) name!: string;
  @Column({ type: "int", nullable: true }) score!: number | null;
  @Column({ type: "boolean" }) paid!: boolean;
  @Column({ type: "bigint", nullable: true }) account!: string | null;
  @Column({ type: Date, precision: 3, nullable: true }) joined!: Date | null;
  @Column({ type: "simple-enum", enum: Rank, default: Rank.junior }) rank!: Rank;
  @Column(() => Address) address!: Address;
  @OneToMany(() => Note, (note) => note.author) notes!: Note[];
}

@Entity("club_note")
export class Note extends SoftDeletable {
  @PrimaryColumn() id!: number;
  @Column({ type: "varchar", length: 40 }) title!: string;
  @ManyToOne(() => Member, (member) => member.notes, {
    nullable: true,
    createForeignKeyConstraints: false,
  })
  author!: Member | null;
  @ManyToMany(() => Label, (label) => label.notes, { createForeignKeyConstraints: false })
  @JoinTable({ name: "club_note_label" })
  labels!: Label[];
}

@Entity("club_label")
export class Label {
  @PrimaryColumn() id!: number;
  @Column({ type: "varchar", length: 40 }) name!: string;
  @ManyToMany(() => Note, (note) => note.labels) notes!: Note[];
}

@Entity("club_seat")
export class Seat extends SoftDeletable {
  @PrimaryColumn({ type: "varchar", length: 10 }) row!: string;
  @PrimaryColumn() number!: number;
}

export const CLUB = [Member, Note, Label, Seat];

/** The rows, as objects that refer to each other: what the tests go by, and what is saved. */
export interface ClubRows {
  readonly members: Member[];
  readonly notes: Note[];
  readonly labels: Label[];
}

const pick = <T>(values: readonly T[], at: number): T => values[at % values.length] as T;

export function clubRows(): ClubRows {
  const labels = ["red", "blue", "green"].map((name, index) =>
    Object.assign(new Label(), { id: index + 1, name, notes: [] }),
  );
  const members = Array.from({ length: 9 }, (_, index) =>
    Object.assign(new Member(), {
      id: index + 1,
      name: pick(["ada", "bob", "cid", "dan"], index),
      score: pick([null, 0, 1, 5, -3], index),
      paid: index % 3 === 0,
      account: pick([null, "9007199254740993", "9007199254740992", "7"], index),
      joined: pick(
        [null, new Date("2026-01-01T00:00:00Z"), new Date("2026-03-01T10:00:00.5Z")],
        index,
      ),
      rank: pick([Rank.junior, Rank.senior], index),
      notes: [],
    }),
  );
  members.forEach((member, index) => {
    member.address = Object.assign(new Address(), {
      city: pick([null, "oslo", "rome"], index),
      zone: pick([1, 2, null, 4], index),
      notedBy: index % 2 === 0 ? pick(members, index + 3) : null,
    });
  });
  const notes = Array.from({ length: 14 }, (_, index) => {
    const author = index % 5 === 4 ? null : pick(members, index * 2);
    const own = labels.filter((_label, at) => (index >> at) % 2 === 1);
    const note = Object.assign(new Note(), {
      id: index + 1,
      title: pick(["one", "two", "three"], index),
      author,
      labels: own,
    });
    author?.notes.push(note);
    for (const label of own) label.notes.push(note);
    return note;
  });
  return { members, notes, labels };
}

export async function saveClub(dataSource: DataSource, rows: ClubRows): Promise<void> {
  const { manager } = dataSource;
  const { members, notes, labels } = rows;
  await manager.insert(
    Label,
    labels.map(({ id, name }) => ({ id, name })),
  );
  await manager.insert(
    Member,
    members.map(({ id, name, score, paid, account, joined, rank, address }) => ({
      ...{ id, name, score, paid, account, joined, rank },
      address: {
        city: address.city,
        zone: address.zone,
        notedBy: address.notedBy && { id: address.notedBy.id },
      },
    })),
  );
  await manager.insert(
    Note,
    notes.map(({ id, title, author }) => ({ id, title, author: author && { id: author.id } })),
  );
  const pairs = notes.flatMap((note) =>
    note.labels.map((label) => ({ clubNoteId: note.id, clubLabelId: label.id })),
  );
  await manager.createQueryBuilder().insert().into("club_note_label").values(pairs).execute();
}
