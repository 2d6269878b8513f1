import { Column, Entity, Index, ManyToOne, OneToMany, PrimaryGeneratedColumn } from "typeorm";

import { OnSoftDelete, SoftDeletableEntity, SoftDeleteSubscriber } from "../../src";

@Entity()
export class Notebook extends SoftDeletableEntity {
  @PrimaryGeneratedColumn() id!: number;
  @Column() title!: string;

  @OneToMany(() => Note, (note) => note.notebook)
  notes!: Note[];

  static titled(title: string): Promise<Notebook> {
    return this.findOneByOrFail({ title });
  }
}

@Entity()
export class Note extends SoftDeletableEntity {
  @PrimaryGeneratedColumn("uuid") id!: string;
  @Column() text!: string;

  @Index()
  @ManyToOne(() => Notebook, (notebook) => notebook.notes)
  @OnSoftDelete("CASCADE")
  notebook!: Notebook | null;
}

export const NOTEBOOKS = [Notebook, Note];
export const SUBSCRIBED = { subscribers: [SoftDeleteSubscriber] };

/** A notebook "red" with the notes "one" and "two", and one "blue" with the note "three". */
export async function fillNotebooks(): Promise<void> {
  const [red, blue] = await Notebook.save([{ title: "red" }, { title: "blue" }]);
  await Note.save([
    { text: "one", notebook: red ?? null },
    { text: "two", notebook: red ?? null },
    { text: "three", notebook: blue ?? null },
  ]);
}

export async function texts(notes: Promise<Note[]>): Promise<string[]> {
  return (await notes).map(({ text }) => text).sort();
}
