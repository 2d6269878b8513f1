import { EventSubscriber, type EntitySubscriberInterface, type SoftRemoveEvent } from "typeorm";

import { SoftDeleteSubscriber } from "../../src";
import { describeEachDatabase } from "../harness";
import { ADAS, Author, deletions, fill, openLibrary, rowOf, rows, versions } from "./library";

type Hook = "beforeSoftRemove" | "afterSoftRemove" | "beforeRecover" | "afterRecover";

let act: ((event: SoftRemoveEvent<Author>) => Promise<unknown>) | undefined;
let throwing: { hook: Hook; late: boolean } | undefined;

@EventSubscriber()
class Grumbling implements EntitySubscriberInterface<Author> {
  listenTo(): typeof Author {
    return Author;
  }
  async beforeSoftRemove(event: SoftRemoveEvent<Author>): Promise<void> {
    const own = act;
    act = undefined;
    await own?.(event);
    await this.#grumble("beforeSoftRemove");
  }
  // Is asked about every statement, and refuses none.
  beforeQuery(): Promise<void> {
    return Promise.resolve();
  }
  afterSoftRemove(): Promise<void> {
    return this.#grumble("afterSoftRemove");
  }
  beforeRecover(): Promise<void> {
    return this.#grumble("beforeRecover");
  }
  afterRecover(): Promise<void> {
    return this.#grumble("afterRecover");
  }
  async #grumble(hook: Hook): Promise<void> {
    if (throwing?.hook !== hook) return;
    // So that the package is in the middle of its own work.
    if (throwing.late) await new Promise((resolve) => setTimeout(resolve, 3));
    throw new Error("grumble");
  }
}

describeEachDatabase("another subscriber that throws", (database) => {
  const opened = openLibrary(database, [Grumbling, SoftDeleteSubscriber]);
  afterEach(() => {
    throwing = undefined;
  });

  for (const late of [false, true]) {
    const when = late ? "late" : "at once";

    for (const hook of ["beforeSoftRemove", "afterSoftRemove"] as const) {
      it(`rolls softRemove back, ${when} in ${hook}`, async () => {
        const { dataSource } = opened;
        const { ada } = await fill(dataSource);
        const before = await rows(dataSource);
        throwing = { hook, late };

        await expect(dataSource.manager.softRemove(ada)).rejects.toThrow("grumble");
        throwing = undefined;

        expect(await rows(dataSource)).toEqual(before);
        await dataSource.getRepository(Author).softDelete({ name: "ada" });
        expect(await deletions(dataSource)).toEqual([ADAS]);
      });
    }

    for (const hook of ["beforeRecover", "afterRecover"] as const) {
      it(`rolls recover back, ${when} in ${hook}`, async () => {
        const { dataSource } = opened;
        const { ada } = await fill(dataSource);
        await dataSource.manager.softRemove(ada);
        const before = await rows(dataSource);
        throwing = { hook, late };

        await expect(dataSource.manager.recover(ada)).rejects.toThrow("grumble");
        throwing = undefined;

        expect(await rows(dataSource)).toEqual(before);
        await dataSource.getRepository(Author).restore({ name: "ada" });
        expect(await deletions(dataSource)).toEqual([]);
      });
    }
  }

  for (const [name, call] of Object.entries({
    "deletes another row": ({ manager }: SoftRemoveEvent<Author>) =>
      manager.softDelete(Author, { name: "bob" }),
    "updates another row": ({ manager }: SoftRemoveEvent<Author>) =>
      manager.update(Author, { name: "bob" }, { name: "rob" }),
    "saves another row": ({ manager }: SoftRemoveEvent<Author>) =>
      manager.save(manager.create(Author, { name: "carol" })),
  })) {
    it(`keeps a call whole before which it ${name}`, async () => {
      const { dataSource } = opened;
      await fill(dataSource);
      act = call;

      await dataSource.getRepository(Author).softDelete({ name: "ada" });

      const made = await deletions(dataSource);
      expect(made).toContainEqual(ADAS);
      expect(made).toHaveLength(name === "deletes another row" ? 2 : 1);
    });
  }

  it("leaves nothing that a later call would take for its own", async () => {
    const { dataSource } = opened;
    await fill(dataSource);
    throwing = { hook: "beforeSoftRemove", late: false };
    await dataSource
      .transaction((manager) => manager.softDelete(Author, { name: "ada" }))
      .catch(() => undefined);
    throwing = undefined;
    expect(await versions(dataSource)).toEqual(expect.arrayContaining([["ada", 1]]));

    await dataSource.getRepository(Author).softDelete({ name: "ada" });

    expect(await deletions(dataSource)).toEqual([ADAS]);
  });

  it("does not keep a committed softDelete from being stamped and cascaded", async () => {
    const { dataSource } = opened;
    await fill(dataSource);
    throwing = { hook: "afterSoftRemove", late: false };

    await expect(dataSource.getRepository(Author).softDelete({ name: "ada" })).rejects.toThrow(
      "grumble",
    );
    throwing = undefined;

    // The call has failed before the package was done.
    for (let left = 200; left > 0 && !(await rowOf(dataSource, "notes 2")).deletedAt; left--) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(await deletions(dataSource)).toEqual([ADAS]);
  });
});
