import {
  AfterSoftRemove,
  BeforeRecover,
  BeforeSoftRemove,
  ChildEntity,
  Column,
  DeleteDateColumn,
  Entity,
  EventSubscriber,
  PrimaryColumn,
  TableInheritance,
  type EntitySubscriberInterface,
  type RemoveEvent,
} from "typeorm";

import { isListenedTo, isOwnCall, tellHook } from "../../src/typeorm/entity-hooks";
import { describeEachDatabase } from "../harness";
import { openOnce } from "./entities";
import { leaning } from "./leaning";

let told: unknown[] = [];

@Entity("hooked_animal")
@TableInheritance({ column: { type: "varchar", name: "kind" } })
class Animal {
  @PrimaryColumn() id!: number;
  @Column() name!: string;
  @DeleteDateColumn() deletedAt!: Date | null;
  @BeforeSoftRemove() before(): void {
    told.push(`${this.name} before`);
  }
  @AfterSoftRemove() after(): void {
    told.push(`${this.name} after`);
  }
  @BeforeRecover() recovering(): void {
    told.push(`${this.name} comes back`);
  }
}

@ChildEntity()
class Dog extends Animal {
  @Column({ nullable: true }) collar!: string;
}

@Entity("hooked_plant")
class Plant {
  @PrimaryColumn() id!: number;
  @DeleteDateColumn() deletedAt!: Date | null;
}

function listener(name: string, listensTo?: () => unknown): new () => EntitySubscriberInterface {
  const tell = (hook: string) => (event: RemoveEvent<Animal>) => {
    const { entity, metadata, manager, queryRunner, dataSource } = event;
    const row = event.databaseEntity as Animal | undefined;
    told.push([
      name,
      hook,
      entity?.name,
      event.entityId,
      row?.name,
      metadata.name,
      Object.keys(event),
    ]);
    const known = [manager === queryRunner.manager, dataSource === manager.dataSource];
    if (known.includes(false)) told.push("another manager");
  };
  @EventSubscriber()
  class Listener implements EntitySubscriberInterface<Animal> {
    declare listenTo?: () => typeof Animal;
    beforeSoftRemove = tell("beforeSoftRemove");
    afterSoftRemove = tell("afterSoftRemove");
    beforeRecover = tell("beforeRecover");
    afterRecover = tell("afterRecover");
    beforeRemove = tell("beforeRemove");
    afterRemove = tell("afterRemove");
  }
  if (listensTo) Listener.prototype.listenTo = listensTo as () => typeof Animal;
  return Listener;
}

/** The order of an event's properties means nothing. */
function sorted(all: unknown[]): unknown[] {
  return all.map((one) =>
    Array.isArray(one)
      ? (one as unknown[]).map((part) =>
          Array.isArray(part) ? [...(part as string[])].sort() : part,
        )
      : one,
  );
}

describeEachDatabase("entity-hooks", (database) => {
  const opened = openOnce(database, [Animal, Dog, Plant], {
    subscribers: [
      listener("all"),
      listener("objects", () => Object),
      listener("animals", () => Animal),
      listener("dogs", () => Dog),
      listener("plants", () => Plant),
    ],
  });
  const FILE = "src/typeorm/entity-hooks.ts";
  const actions = ["SoftRemove", "Recover", "Remove"] as const;

  leaning(FILE, "src/record/hook-calls.ts").itStill(
    "tells whom tellHook tells, in this order and with this event, of objects",
    async () => {
      const { manager } = opened.dataSource;
      const differing: unknown[] = [];
      for (const [target, name] of [
        [Animal, "cat"],
        [Dog, "rex"],
      ] as const) {
        const pet = await manager.save(manager.create(target, { id: 1, name }));
        const metadata = opened.dataSource.getMetadata(target);
        for (const action of actions) {
          told = [];
          await manager.transaction(async ({ queryRunner }) => {
            if (!queryRunner) throw new Error("There is no query runner.");
            const row = { entity: pet, row: { id: 1, name } };
            await tellHook(queryRunner, metadata, `before${action}`, row);
            await tellHook(queryRunner, metadata, `after${action}`, row);
          });
          const ours = sorted(told);
          told = [];
          if (action === "SoftRemove") await manager.softRemove(pet);
          else if (action === "Recover") await manager.recover(pet);
          else await manager.remove(pet);
          const theirs = sorted(told);
          if (ours.length < 6 || JSON.stringify(ours) !== JSON.stringify(theirs)) {
            differing.push([action, ours, theirs]);
          }
        }
      }
      return differing;
    },
    [],
  );

  leaning(FILE, "src/record/hook-calls.ts").itStill(
    "tells whom tellHook tells of a call by criteria",
    async () => {
      const { manager } = opened.dataSource;
      const metadata = opened.dataSource.getMetadata(Dog);
      const differing: unknown[] = [];
      for (const action of actions) {
        told = [];
        await manager.transaction(async ({ queryRunner }) => {
          if (!queryRunner) throw new Error("There is no query runner.");
          await tellHook(queryRunner, metadata, `before${action}`);
          await tellHook(queryRunner, metadata, `after${action}`);
        });
        const ours = sorted(told);
        told = [];
        if (action === "SoftRemove") await manager.softDelete(Dog, 1);
        else if (action === "Recover") await manager.restore(Dog, 1);
        else await manager.delete(Dog, 1);
        const theirs = sorted(told);
        if (ours.length === 0 || JSON.stringify(known(ours)) !== JSON.stringify(known(theirs))) {
          differing.push([action, ours, theirs]);
        }
      }
      return differing;
    },
    [],
  );

  /** Without the names of properties: of criteria TypeORM leaves some undefined, and some out. */
  function known(all: unknown[]): unknown[] {
    return all.map((one) => (one as unknown[]).slice(0, 6));
  }

  it("knows who listens", () => {
    const of = (target: typeof Animal | typeof Plant) => opened.dataSource.getMetadata(target);
    const subscribers = [...opened.dataSource.subscribers];
    try {
      expect(actions.map((action) => isListenedTo(of(Plant), action, true))).toEqual([
        true,
        true,
        true,
      ]);
      opened.dataSource.subscribers.length = 0;
      expect(actions.map((action) => isListenedTo(of(Plant), action, true))).toEqual([
        false,
        false,
        false,
      ]);
      expect(actions.map((action) => isListenedTo(of(Dog), action, true))).toEqual([
        true,
        true,
        false,
      ]);
      expect(actions.map((action) => isListenedTo(of(Dog), action, false))).toEqual([
        false,
        false,
        false,
      ]);
    } finally {
      opened.dataSource.subscribers.push(...subscribers);
    }
  });

  it("tells an event of its own from one of TypeORM's", async () => {
    const { manager, subscribers } = opened.dataSource;
    const own: boolean[] = [];
    const watching: EntitySubscriberInterface = {
      beforeRecover: (event) => {
        own.push(isOwnCall(event));
      },
    };
    subscribers.push(watching);
    try {
      await manager.restore(Plant, 1);
      await manager.transaction(async ({ queryRunner }) => {
        if (queryRunner)
          await tellHook(queryRunner, opened.dataSource.getMetadata(Plant), "beforeRecover");
      });
    } finally {
      subscribers.pop();
    }
    expect(own).toEqual([false, true]);
  });
});
