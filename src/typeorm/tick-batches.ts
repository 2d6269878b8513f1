/**
 * Gathers what arrives in one turn.
 *
 * Leans on TypeORM starting the hooks of one call together, one for each row.
 *
 * @internal
 */
export class TickBatches<Item, Result = void> {
  readonly #open = new Map<object, { items: Item[]; done: Promise<Result> }>();

  /** Adds an item to the batch of the given key. The promise settles when the whole batch has been processed. */
  add(
    key: object,
    item: Item,
    process: (items: readonly Item[]) => Promise<Result>,
  ): Promise<Result> {
    const open = this.#open.get(key);
    if (open) {
      open.items.push(item);
      return open.done;
    }
    const items = [item];
    const done = Promise.resolve().then(() => {
      this.#open.delete(key);
      return process(items);
    });
    this.#open.set(key, { items, done });
    return done;
  }
}
