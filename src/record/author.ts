import type { DataSource } from "typeorm";

import { deletionContext, type DeletionAuthor } from "./deletion-context";
import { actorOf } from "../session/settings";

/** Who does an operation, and why. */
export interface Author {
  readonly actor: string | null;
  readonly reason: string | null;
}

/** What the first source that says so says: the call, TypeORM's own `data`, the context, the subscriber. @internal */
export function authorOf(
  dataSource: DataSource,
  call: DeletionAuthor & { readonly data?: unknown } = {},
): Author {
  const sources = [call, authorIn(call.data), deletionContext.current() ?? {}];
  const actor = sources.find((source) => source.actor !== undefined)?.actor;
  const reason = sources.find((source) => source.reason !== undefined)?.reason;
  return {
    actor: actor === undefined ? actorOf(dataSource) : actor,
    reason: reason ?? null,
  };
}

/** What TypeORM's `SaveOptions.data` holds of it. */
function authorIn(data: unknown): DeletionAuthor {
  if (typeof data !== "object" || data === null) return {};
  const { actor, reason } = data as Record<string, unknown>;
  return { actor: textOf(actor), reason: textOf(reason) };
}

function textOf(value: unknown): string | null | undefined {
  return typeof value === "string" || value === null ? value : undefined;
}
