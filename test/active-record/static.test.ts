import { getSoftDeleteRepository, SoftDeleteRepository } from "../../src";
import { describeEachDatabase, later } from "../harness";
import { fillNotebooks, Note, Notebook, NOTEBOOKS, SUBSCRIBED, texts } from "./notebook";

describeEachDatabase("an active record class", (database) => {
  beforeEach(async () => {
    await database.open(NOTEBOOKS);
    await fillNotebooks();
  });

  it("softDelete and restoreDeletion", async () => {
    const result = await Notebook.softDelete({ title: "red" }, { reason: "full" });

    expect(result.counts).toEqual({ Notebook: 1, Note: 2 });
    expect(await texts(Note.find())).toEqual(["three"]);
    const restored = await Notebook.restoreDeletion(result.deletionId ?? "");
    expect([restored.affected, restored.total]).toEqual([1, 3]);
    expect(await Note.count()).toBe(3);
  });

  it("softRemove of one and of a list", async () => {
    const [one, two, three] = await Note.find({ order: { text: "ASC" } });
    if (!one || !two || !three) throw new Error("Three notes are missing.");

    expect(await Note.softRemove(two)).toBe(two);
    const list = [one, three];
    expect(await Note.softRemove(list)).toBe(list);

    expect([one.isDeleted, two.isDeleted, one.deletionId === three.deletionId]).toEqual([
      true,
      true,
      true,
    ]);
    expect(two.deletionId).not.toBe(one.deletionId);
  });

  it("restore, with its options", async () => {
    await Notebook.softDelete({ title: "red" });

    await expect(Note.restore({ text: "one" })).rejects.toMatchObject({ code: "PARENT_DELETED" });
    const { counts } = await Note.restore({ text: "one" }, { parents: "restore" });

    expect(counts).toEqual({ Notebook: 1, Note: 1 });
    expect(await texts(Note.find())).toEqual(["one", "three"]);
  });

  it("previewSoftDelete writes nothing", async () => {
    const { counts, total } = await Notebook.previewSoftDelete({ title: "red" });

    expect([counts, total]).toEqual([{ Notebook: 1, Note: 2 }, 3]);
    expect(await Notebook.count()).toBe(2);
  });

  it("forceDelete, which on onlyDeleted() spares active rows", async () => {
    await Note.softDelete({ text: "one" });

    expect((await Note.onlyDeleted().forceDelete([{ text: "one" }, { text: "two" }])).total).toBe(
      1,
    );
    expect(await texts(Note.withDeleted().find())).toEqual(["three", "two"]);
    expect((await Notebook.forceDelete({ title: "red" })).counts).toEqual({ Notebook: 1, Note: 1 });
    expect(await texts(Note.withDeleted().find())).toEqual(["three"]);
  });

  it("refuses writes through onlyDeleted() that would reach active rows", async () => {
    await Note.softDelete({ text: "one" });

    const attempt = async () => Note.onlyDeleted().delete({ text: "two" });
    await expect(attempt()).rejects.toMatchObject({ code: "SCOPE_WRITE", entity: "Note" });
    expect(await texts(Note.find())).toEqual(["three", "two"]);
  });

  it("purge removes rows that have been deleted for long enough", async () => {
    await Notebook.softDelete({ title: "red" });
    expect((await Notebook.purge({ olderThan: "1d" })).total).toBe(0);
    expect((await Notebook.purge({ olderThan: await later() })).counts).toEqual({
      Notebook: 1,
      Note: 2,
    });
    expect(await Notebook.withDeleted().count()).toBe(1);
  });

  it("withDeleted and onlyDeleted read in their scope, instances of the class", async () => {
    await Notebook.softDelete({ title: "red" });

    expect(await Notebook.count()).toBe(1);
    expect(await Notebook.withDeleted().count()).toBe(2);
    const [red] = await Notebook.onlyDeleted({ relations: { notes: true } }).find();
    expect(red).toBeInstanceOf(Notebook);
    expect(red?.notes).toHaveLength(2);
    await Note.restore({ text: "one" }, { parents: "hand-over" });
    const notes = Note.withDeleted().withDeleted({ relations: { notebook: true } });
    expect((await notes.findOneByOrFail({ text: "one" })).notebook?.title).toBe("red");
  });

  it("getSoftDeleteRepository gives the repository of the class", async () => {
    const repository = Note.getSoftDeleteRepository();

    expect(repository).toBeInstanceOf(SoftDeleteRepository);
    expect(repository.target).toBe(Note);
    expect(await texts(repository.find())).toEqual(["one", "three", "two"]);
  });
});

describeEachDatabase("active records of two data sources", (database) => {
  it("use the one that was initialized last, and the one that useDataSource() says", async () => {
    const first = await database.open(NOTEBOOKS, { ...SUBSCRIBED, file: true, entityPrefix: "a_" });
    await fillNotebooks();
    const second = await database.connect(NOTEBOOKS, { ...SUBSCRIBED, entityPrefix: "b_" });
    await second.synchronize();
    const inFirst = getSoftDeleteRepository(first, Note);

    // Of the second one, which is empty.
    expect((await Notebook.softDelete({ title: "red" })).total).toBe(0);
    await fillNotebooks();
    const red = await Notebook.titled("red");
    await red.softRemove();
    expect(await texts(Note.find())).toEqual(["three"]);
    expect(await texts(inFirst.find())).toEqual(["one", "three", "two"]);

    for (const entity of NOTEBOOKS) entity.useDataSource(first);
    expect((await Note.softDelete({ text: "three" })).total).toBe(1);
    expect(await texts(inFirst.onlyDeleted().find())).toEqual(["three"]);
    expect(await texts(Note.onlyDeleted().find())).toEqual(["three"]);
    expect(await texts(getSoftDeleteRepository(second, Note).onlyDeleted().find())).toEqual([
      "one",
      "two",
    ]);

    // One class may stay behind.
    Notebook.useDataSource(second);
    expect(await Notebook.onlyDeleted().count()).toBe(1);
    expect(await texts(Note.onlyDeleted().find())).toEqual(["three"]);
  });
});
