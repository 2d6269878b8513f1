import type { Reference } from "../plan/references";
import { keyText } from "../rows/key-text";
import type { Row } from "./row";
import type { Column } from "../typeorm/metadata";

/** Rows that are to go together, and how they refer to each other. */
export class RowSet {
  /** For each row, the rows of the set that it refers to, and by which reference. */
  readonly #parents = new Map<Row, { readonly reference: Reference; readonly parent: Row }[]>();
  /** The values by which the rows refer to rows outside the set. */
  readonly outside = new Map<Reference, unknown[][]>();

  constructor(
    readonly rows: readonly Row[],
    references: readonly Reference[],
  ) {
    for (const reference of references) {
      const { parent, child, on } = reference;
      const byValues = new Map<string | undefined, Row>();
      for (const row of rows) {
        if (row.table === parent)
          byValues.set(
            idOf(
              row,
              on.map((pair) => pair.parent),
            ),
            row,
          );
      }
      const outside = new Map<string, unknown[]>();
      for (const row of rows) {
        if (row.table !== child || !row.isOf(reference)) continue;
        const columns = on.map((pair) => pair.child);
        const id = idOf(row, columns);
        if (id === undefined) continue;
        const found = byValues.get(id);
        if (!found) outside.set(id, valuesOf(row, columns));
        else if (found !== row) {
          this.#parents.set(row, [...(this.#parents.get(row) ?? []), { reference, parent: found }]);
        }
      }
      if (outside.size > 0) this.outside.set(reference, [...outside.values()]);
    }
  }

  /** Without some rows and, since those stay, without all that they refer to. */
  without(ids: ReadonlySet<string>): readonly Row[] {
    const staying = new Set(this.rows.filter((row) => ids.has(row.id)));
    for (const row of staying) {
      for (const { parent } of this.#parents.get(row) ?? []) staying.add(parent);
    }
    return this.rows.filter((row) => !staying.has(row));
  }

  /**
   * The rows level by level, those first to which no other refers; and what is left of them when they refer to each other in
   * a cycle. References that `ignored` says are not counted.
   */
  levels(ignored: (reference: Reference) => boolean = () => false): {
    levels: Row[][];
    rest: Row[];
  } {
    const referrers = new Map<Row, number>();
    const parentsOf = (row: Row): Row[] =>
      (this.#parents.get(row) ?? []).flatMap(({ reference, parent }) =>
        ignored(reference) ? [] : [parent],
      );
    for (const row of this.rows) {
      for (const parent of parentsOf(row)) referrers.set(parent, (referrers.get(parent) ?? 0) + 1);
    }
    const levels: Row[][] = [];
    let done = 0;
    for (let level = this.rows.filter((row) => !referrers.has(row)); level.length > 0;) {
      levels.push(level);
      done += level.length;
      const next: Row[] = [];
      for (const row of level) {
        for (const parent of parentsOf(row)) {
          const left = (referrers.get(parent) ?? 0) - 1;
          referrers.set(parent, left);
          if (left === 0) next.push(parent);
        }
      }
      level = next;
    }
    const taken = new Set(levels.flat());
    return {
      levels,
      rest: done === this.rows.length ? [] : this.rows.filter((row) => !taken.has(row)),
    };
  }
}

function valuesOf(row: Row, columns: readonly Column[]): unknown[] {
  return columns.map((column) => row.value(column));
}

/** What a row refers to, or is referred to by, as text; undefined where a part of it is null, which refers to nothing. */
function idOf(row: Row, columns: readonly Column[]): string | undefined {
  const values = valuesOf(row, columns);
  return values.some((value) => value === null || value === undefined)
    ? undefined
    : keyText(values);
}
