import type {
  DataSource,
  EntityMetadata,
  InsertEvent,
  ObjectLiteral,
  QueryRunner,
  RemoveEvent,
  UpdateEvent,
} from "typeorm";

import type { SoftDeleteSubscriberOptions } from "../../session/settings";
import { insertedObject, isSaved } from "../../typeorm/hook-events";
import { refuseDeletedWrite } from "./deleted-write";
import { refuseClear, refuseHardDelete } from "./hard-delete";
import { HiddenReferences } from "./hidden-references";
import { ReferenceGuard } from "./reference-guard";

/** What the subscriber refuses or prevents, each by an option; a guard that is off does nothing. */
export class Guards {
  readonly #references = new ReferenceGuard();
  readonly #hidden = new HiddenReferences();

  constructor(private readonly settings: () => SoftDeleteSubscriberOptions) {}

  /** Whether statements have to be looked at before they are sent. */
  get watchesQueries(): boolean {
    return this.settings().hardDelete === "forbid" || this.settings().guardReferences === true;
  }

  beforeQuery(dataSource: DataSource, query: string): void {
    this.#references.sent(query);
    if (this.settings().hardDelete === "forbid") refuseClear(dataSource, query);
  }

  afterLoad(entity: ObjectLiteral, metadata: EntityMetadata): void {
    if (this.settings().preserveReferences !== false) this.#hidden.note(entity, metadata);
  }

  async beforeRemove({ dataSource, metadata }: RemoveEvent<ObjectLiteral>): Promise<void> {
    if (this.settings().hardDelete === "forbid") refuseHardDelete(dataSource, metadata);
    return Promise.resolve();
  }

  beforeInsert(event: InsertEvent<ObjectLiteral>): Promise<void> | undefined {
    return this.settings().guardReferences === true
      ? this.#references.beforeInsert(event)
      : undefined;
  }

  afterInsert(event: InsertEvent<ObjectLiteral>): Promise<void> | undefined {
    const object = isSaved(event) ? insertedObject(event) : undefined;
    if (object && this.settings().preserveReferences !== false) {
      this.#hidden.inserted(object, event.metadata);
    }
    return this.settings().guardReferences === true
      ? this.#references.afterInsert(event)
      : undefined;
  }

  async beforeUpdate(event: UpdateEvent<ObjectLiteral>): Promise<void> {
    const { writesToDeleted, guardReferences } = this.settings();
    if (writesToDeleted === "forbid") refuseDeletedWrite(event);
    // What is lent is no reference of the user's.
    const checked = guardReferences === true ? this.#references.beforeUpdate(event) : undefined;
    await Promise.all([this.#hidden.lend(event), checked]);
  }

  afterUpdate(event: UpdateEvent<ObjectLiteral>): Promise<void> | undefined {
    if (event.entity) this.#hidden.takeBack(event.queryRunner, event.entity);
    return this.settings().guardReferences === true
      ? this.#references.afterUpdate(event)
      : undefined;
  }

  /** Waits for what is at work on a connection, whose transaction is about to be rolled back. */
  drain(runner: QueryRunner): Promise<void> {
    return this.#references.drain(runner);
  }

  /** A transaction has been rolled back, in which objects may have been about to be written. */
  rolledBack(runner: QueryRunner): void {
    this.#hidden.takeAllBack(runner);
  }
}
