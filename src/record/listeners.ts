import type { DataSource } from "typeorm";

import { SETTINGS } from "../session/settings";
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
