import {
  AfterRecover,
  AfterRemove,
  AfterSoftRemove,
  BeforeRecover,
  BeforeRemove,
  BeforeSoftRemove,
  Column,
  Entity,
  EventSubscriber,
  Index,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type EntityManager,
  type EntitySubscriberInterface,
  type RemoveEvent,
} from "typeorm";

import { OnSoftDelete, SoftDeletableEntity, SoftDeleteSubscriber } from "../../src";
import { isOpen } from "../../src/session/open-transaction";
import type { TestDatabase, TestDataSourceOptions } from "../harness";
import { openOnce } from "../typeorm/entities";

/** What was told, in order. */
export const told: unknown[] = [];
/** What a hook of {@link Watching} does besides; a name of a hook that has none does nothing. */
export const also: Partial<Record<string, (manager: EntityManager) => unknown>> = {};

abstract class Named extends SoftDeletableEntity {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;

  @BeforeSoftRemove() beforeSoft(): void {
    told.push(`${this.name}: before, ${stateOf(this)}`);
  }
  @AfterSoftRemove() afterSoft(): void {
    told.push(`${this.name}: after, ${stateOf(this)}`);
  }
  @BeforeRecover() beforeBack(): void {
    told.push(`${this.name}: before, ${stateOf(this)}`);
  }
  @AfterRecover() afterBack(): void {
    told.push(`${this.name}: after, ${stateOf(this)}`);
  }
  @BeforeRemove() beforeGone(): void {
    told.push(`${this.name}: before removal`);
  }
  @AfterRemove() afterGone(): void {
    told.push(`${this.name}: after removal`);
  }
}

export function stateOf({ deletedAt }: { deletedAt: Date | null }): string {
  return deletedAt === null ? "active" : "deleted";
}

@Entity()
export class Room extends Named {
  @OneToMany(() => Lamp, (lamp) => lamp.room) lamps!: Lamp[];
}

@Entity()
export class Lamp extends Named {
  @Index()
  @ManyToOne(() => Room, (room) => room.lamps)
  @OnSoftDelete("CASCADE")
  room!: Room | null;
}

async function tell(hook: string, event: RemoveEvent<Named>): Promise<void> {
  const { entity, metadata, manager, queryRunner, dataSource } = event;
  const row = event.databaseEntity as Named | undefined;
  const sameId = (event.entityId as unknown) === entity?.id;
  told.push([
    hook,
    metadata.name,
    entity?.name,
    row && `${row.name} was ${stateOf(row)}`,
    sameId && manager === queryRunner.manager && dataSource === manager.dataSource,
    isOpen(queryRunner),
  ]);
  await also[hook]?.(manager);
}

/** Somebody else's subscriber, of rooms alone. */
@EventSubscriber()
export class Watching implements EntitySubscriberInterface<Room> {
  listenTo(): typeof Room {
    return Room;
  }
  beforeSoftRemove = (event: RemoveEvent<Room>): Promise<void> => tell("beforeSoftRemove", event);
  afterSoftRemove = (event: RemoveEvent<Room>): Promise<void> => tell("afterSoftRemove", event);
  beforeRecover = (event: RemoveEvent<Room>): Promise<void> => tell("beforeRecover", event);
  afterRecover = (event: RemoveEvent<Room>): Promise<void> => tell("afterRecover", event);
  beforeRemove = (event: RemoveEvent<Room>): Promise<void> => tell("beforeRemove", event);
  afterRemove = (event: RemoveEvent<Room>): Promise<void> => tell("afterRemove", event);
}

/** Each operation comes a day later. */
const clock = (): Date => new Date(Date.UTC(2020, 0, ++day));
let day = 0;

/** One data source for all cases of a `describe`, with a hall of two lamps before each. */
export function openHouse(
  database: TestDatabase,
  subscribers: NonNullable<TestDataSourceOptions["subscribers"]> = [
    Watching,
    SoftDeleteSubscriber.with({ hardDelete: "forbid", clock }),
  ],
): { readonly manager: EntityManager; hall: Room } {
  const opened = openOnce(database, [Room, Lamp], { subscribers });
  const house = {
    get manager(): EntityManager {
      return opened.dataSource.manager;
    },
  } as { readonly manager: EntityManager; hall: Room };
  beforeEach(async () => {
    const { manager } = house;
    Room.useDataSource(opened.dataSource);
    Lamp.useDataSource(opened.dataSource);
    for (const entity of [Lamp, Room]) {
      const everything = manager.createQueryBuilder().delete().from(entity).where("1 = 1");
      await everything.callListeners(false).execute();
    }
    house.hall = await manager.save(Room, manager.create(Room, { name: "hall" }));
    house.hall.lamps = await manager.save(
      Lamp,
      ["red", "blue"].map((name) => manager.create(Lamp, { name, room: { id: house.hall.id } })),
    );
    told.length = 0;
    for (const hook of Object.keys(also)) Reflect.deleteProperty(also, hook);
  });
  return house;
}
