/** Numbers of rows by entity name. Single-table inheritance counts under the entity at the top of the table. */
export type Counts = Readonly<Record<string, number>>;

/** Numbers of rows by entity name, while they are being counted. @internal */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string, rows: number): number {
    if (rows > 0) this.#counts.set(name, this.of(name) + rows);
    return rows;
  }

  addAll(other: Tally): void {
    for (const [name, rows] of Object.entries(other.toCounts())) this.add(name, rows);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  toCounts(): Counts {
    return Object.fromEntries(this.#counts);
  }
}

/** How many rows an operation took: roots, and all of them by entity. @internal */
export interface Taken {
  readonly roots: number;
  readonly tally: Tally;
}

/** What a restore did. @internal */
export interface Restored extends Taken {
  readonly handedOver: Tally;
}

/** @internal */
export function totalOf(counts: Counts): number {
  return Object.values(counts).reduce((total, rows) => total + rows, 0);
}
