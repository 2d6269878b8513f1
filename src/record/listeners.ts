import type { DataSource, EntityManager } from "typeorm";

import { SETTINGS } from "../session/settings";
import { hasLog } from "./append";
import type { OperationListeners } from "./events";

/** The subscribers that listen to a kind of operation. @internal */
export function listenersOf(
  dataSource: DataSource,
  listener: keyof OperationListeners,
): OperationListeners[] {
  return (dataSource.subscribers as OperationListeners[]).filter(
    (subscriber) => SETTINGS in subscriber && typeof subscriber[listener] === "function",
  );
}

/** Whether anybody is told of a kind of operation: the log or a subscriber. @internal */
export function isHeard(manager: EntityManager, listener: keyof OperationListeners): boolean {
  return hasLog(manager) || listenersOf(manager.dataSource, listener).length > 0;
}
