import { AsyncLocalStorage } from "node:async_hooks";

import type { Only } from "../errors";
import { checkOptions, TEXT_OR_NULL, type OptionRules } from "../errors/check-options";

/** Who does something, and why. */
export interface DeletionAuthor {
  readonly actor?: string | null | undefined;
  readonly reason?: string | null | undefined;
}

/** @internal */
export const AUTHOR_RULES: OptionRules<DeletionAuthor> = {
  actor: TEXT_OR_NULL,
  reason: TEXT_OR_NULL,
};

const storage = new AsyncLocalStorage<DeletionAuthor>();

/**
 * Carries actor and reason through asynchronous code, for everything that is deleted or restored in it without saying so
 * itself. A nested `run` adds to the outer one.
 *
 * @throws SoftDeleteOptionError for anything but an actor and a reason.
 *
 * @example
 * ```ts
 * app.use((request, _response, next) => deletionContext.run({ actor: request.user.name }, next));
 * ```
 */
export const deletionContext = {
  run<Result, Key extends PropertyKey = never>(
    author: Only<DeletionAuthor, Key>,
    work: () => Result,
  ): Result {
    checkOptions("deletionContext.run", AUTHOR_RULES, author);
    return storage.run({ ...storage.getStore(), ...defined(author) }, work);
  },

  /** What applies here; undefined outside every `run`. */
  current(): DeletionAuthor | undefined {
    return storage.getStore();
  },
};

function defined(author: DeletionAuthor): DeletionAuthor {
  return Object.fromEntries(Object.entries(author).filter(([, value]) => value !== undefined));
}
