import { SoftDeleteCriteriaError } from "../../src";
import { describeEachDatabase } from "../harness";
import { fillNotebooks, Note, Notebook, NOTEBOOKS, SUBSCRIBED, texts } from "./notebook";

// With the subscriber TypeORM's own calls do as much: the methods must do it without.
for (const options of [SUBSCRIBED, {}]) {
  const title = `an active record ${"subscribers" in options ? "with" : "without"} the subscriber`;
  describeEachDatabase(title, (database) => {
    beforeEach(async () => {
      await database.open(NOTEBOOKS, options);
      await fillNotebooks();
    });

    it("softRemove takes what hangs below it, and shows it", async () => {
      const red = await Notebook.findOneOrFail({
        where: { title: "red" },
        relations: { notes: true },
      });

      expect(await red.softRemove({ reason: "full" })).toBe(red);

      expect([red.isDeleted, ...red.notes.map((note) => note.deletionId)]).toEqual([
        true,
        red.deletionId,
        red.deletionId,
      ]);
      expect(await texts(Note.find())).toEqual(["three"]);
      expect(await texts(Note.onlyDeleted().find())).toEqual(["one", "two"]);
    });

    for (const verb of ["restore", "recover"] as const) {
      it(`${verb} brings back exactly what its deletion took, and shows it`, async () => {
        const note = await Note.findOneByOrFail({ text: "one" });
        await note.softRemove();
        const red = await Notebook.titled("red");
        await red.softRemove();
        red.notes = await Note.onlyDeleted().find({ order: { text: "ASC" } });

        expect(await red[verb]()).toBe(red);

        expect(red.isDeleted).toBe(false);
        expect(red.notes.map(({ isDeleted }) => isDeleted)).toEqual([true, false]);
        expect(await texts(Note.find())).toEqual(["three", "two"]);
      });

      it(`${verb} takes the options of restore`, async () => {
        await (await Notebook.titled("red")).softRemove();
        const note = await Note.onlyDeleted().findOneByOrFail({ text: "one" });

        await expect(note[verb]()).rejects.toMatchObject({ code: "PARENT_DELETED" });
        expect(note.isDeleted).toBe(true);
        await note[verb]({ parents: "restore" });

        expect(note.isDeleted).toBe(false);
        expect((await Notebook.titled("red")).isDeleted).toBe(false);
        expect(await texts(Note.find())).toEqual(["one", "three"]);
      });
    }

    it("forceRemove removes it for good, with what hangs below it", async () => {
      const red = await Notebook.titled("red");

      expect(await red.forceRemove()).toBe(red);

      expect(await Notebook.withDeleted().count()).toBe(1);
      expect(await texts(Note.withDeleted().find())).toEqual(["three"]);
    });

    it("is refused when it was never saved", async () => {
      const fresh = Notebook.create({ title: "new" });

      expect(fresh.isDeleted).toBeUndefined();
      await expect(fresh.softRemove()).rejects.toThrow(SoftDeleteCriteriaError);
      await expect(fresh.restore()).rejects.toThrow(SoftDeleteCriteriaError);
      await expect(fresh.forceRemove()).rejects.toThrow(SoftDeleteCriteriaError);
    });

    it("keeps the methods of BaseEntity", async () => {
      const red = await Notebook.titled("red");
      red.title = "crimson";
      await red.save();
      await red.softRemove();
      await expect(red.reload()).rejects.toThrow("Could not find any entity");
      await red.restore();
      await red.reload();

      expect([red.title, red.hasId(), red.isDeleted]).toEqual(["crimson", true, false]);
      expect(await (await Note.findOneByOrFail({ text: "one" })).remove()).toMatchObject({
        text: "one",
      });
      expect(await texts(Note.withDeleted().find())).toEqual(["three", "two"]);
    });
  });
}
