// Not run: `tsc` checks that what follows compiles, and that each line below an @ts-expect-error does not.
import { BaseEntity, type DataSource } from "typeorm";

import {
  getSoftDeleteRepository,
  SoftDeletable,
  SoftDeletableEntity,
  type SoftDeleteRelations,
  type SoftDeleteRepository,
} from "../../src";
import { Note, Notebook } from "./notebook";

class Plain extends BaseEntity {
  id!: number;
}

class Mapped extends SoftDeletable {
  id!: number;
  note!: Note | null;
  later!: Promise<Note[]>;
}

abstract class Unfinished extends SoftDeletableEntity {
  id!: number;
}

declare const dataSource: DataSource;
declare function use(...values: unknown[]): void;

export async function results(): Promise<void> {
  const notes: Note[] = await Note.onlyDeleted().find();
  const note: Note = await Note.withDeleted({ relations: { notebook: true } }).findOneByOrFail({});
  const [counted]: [Note[], number] = await Note.onlyDeleted().findAndCount();
  const repository: SoftDeleteRepository<Notebook> = Notebook.getSoftDeleteRepository();
  const same: Note = await note.softRemove({ reason: "spam", actor: "ada", data: {} });
  const back: Note = await same.restore({ parents: "restore" });
  const one: Note = await Note.softRemove(back, { reason: "spam" });
  const many: Note[] = await Note.softRemove([one], { reason: "spam" });
  const found: Note[] = await Note.find({ where: { text: "one" } });
  await Note.softDelete(["a", "b"]);
  await Note.softDelete({ notebook: { id: 1 } }, { reason: "spam" });
  use(notes, counted, repository, many, found);

  // @ts-expect-error A note is not a notebook.
  use((await Note.onlyDeleted().findOneByOrFail({})).title);
  // @ts-expect-error A column that the entity does not have.
  await Note.softDelete({ txt: "one" });
  // @ts-expect-error A column that the entity does not have.
  await Note.restore({ txt: "one" });
  // @ts-expect-error No such choice.
  await note.restore({ parents: "ignore" });
  // @ts-expect-error Not an entity of this class.
  await Note.softRemove(new Plain());
  // @ts-expect-error An abstract class has no table.
  Unfinished.onlyDeleted();
  // @ts-expect-error Not soft-deletable.
  use(Plain.onlyDeleted);
  // @ts-expect-error Not soft-deletable.
  use(new Plain().restore);
}

export function relationPaths(): void {
  const mapped = getSoftDeleteRepository(dataSource, Mapped);
  mapped.withDeleted({
    relations: { note: { notebook: { notes: true } }, later: { notebook: true } },
  });
  Note.onlyDeleted({ relations: { notebook: true } }).withDeleted({ relations: {} });
  const relations: SoftDeleteRelations<Note> = { notebook: { notes: true } };
  Note.withDeleted({ relations });

  // @ts-expect-error No such relation.
  mapped.withDeleted({ relations: { nota: true } });
  // @ts-expect-error No such relation below.
  mapped.withDeleted({ relations: { note: { notebooks: true } } });
  // @ts-expect-error No such relation below a lazy one.
  mapped.withDeleted({ relations: { later: { notebooks: true } } });
  // @ts-expect-error No such relation.
  mapped.onlyDeleted({ relations: { nota: true } });
  // @ts-expect-error A column is no relation.
  Note.withDeleted({ relations: { text: true } });
  // @ts-expect-error A column is no relation.
  Note.onlyDeleted({ relations: { notebook: { title: true } } });
  // @ts-expect-error No such option.
  Note.withDeleted({ relation: { notebook: true } });
  // @ts-expect-error Options without relations say nothing.
  Note.withDeleted({});
}
