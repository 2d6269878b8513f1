import { AsyncLocalStorage } from "node:async_hooks";

/** Who does something, and why. */
export interface DeletionAuthor {
  readonly actor?: string | null | undefined;
  readonly reason?: string | null | undefined;
}

const storage = new AsyncLocalStorage<DeletionAuthor>();

/**
 * Carries actor and reason through asynchronous code, for everything that is deleted or restored in it without saying so
 * itself. A nested `run` adds to the outer one.
 *
 * @example
 * ```ts
 * app.use((request, _response, next) => deletionContext.run({ actor: request.user.name }, next));
 * ```
 */
export const deletionContext = {
  run<Result>(author: DeletionAuthor, work: () => Result): Result {
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
