import { EventSubscriber } from "typeorm";

import {
  getSoftDeleteRepository,
  SoftDeleteManager,
  SoftDeleteSubscriber,
  type SoftDeleteEvent,
} from "../../src";
import { BLOG, User } from "../core/blog";
import { describeEachDriver } from "../harness";

const NO_DELETION = "01a1fba0-a944-7620-bdef-c41bdb1f8c5d";

describeEachDriver("parallel calls on one connection", (database) => {
  it("within one transaction do not undo each other when some are refused", async () => {
    const ds = await database.open(BLOG, { subscribers: [SoftDeleteSubscriber] });
    const [a, b, c] = await ds.manager.save(User, [{ name: "a" }, { name: "b" }, { name: "c" }]);

    await ds.transaction(async (tx) => {
      const users = getSoftDeleteRepository(tx, User);
      const calls = await Promise.allSettled([
        users.softRemove(a!),
        users.restoreDeletion(NO_DELETION),
        users.softRemove(b!),
        users.restoreDeletion(NO_DELETION),
        tx.softDelete(User, c!.id),
      ]);
      expect(calls.map((call) => call.status)).toEqual([
        "fulfilled",
        "rejected",
        "fulfilled",
        "rejected",
        "fulfilled",
      ]);
    });

    const rows = await ds.manager.find(User, { withDeleted: true });
    expect(rows.map((row) => row.deletionId !== null)).toEqual([true, true, true]);
    expect(await ds.manager.count(User)).toBe(0);
  });

  it("that a listener leaves behind wait for each other as well", async () => {
    let later: Promise<unknown> | undefined;
    @EventSubscriber()
    class Listener extends SoftDeleteSubscriber {
      override afterSoftDelete({ manager: { dataSource } }: SoftDeleteEvent): void {
        const manager = new SoftDeleteManager(dataSource);
        later ??= new Promise((resolve) => setTimeout(resolve, 20)).then(() =>
          Promise.allSettled([
            manager.softDelete(User, { name: "b" }),
            manager.restoreDeletion(NO_DELETION),
            manager.softDelete(User, { name: "c" }),
          ]),
        );
      }
    }
    const ds = await database.open(BLOG, { subscribers: [Listener] });
    await ds.manager.save(User, [{ name: "a" }, { name: "b" }, { name: "c" }]);

    await new SoftDeleteManager(ds).softDelete(User, { name: "a" });

    expect(await later).toMatchObject([
      { status: "fulfilled", value: { affected: 1 } },
      { status: "rejected" },
      { status: "fulfilled", value: { affected: 1 } },
    ]);
    expect(await ds.manager.count(User)).toBe(0);
  });
});
