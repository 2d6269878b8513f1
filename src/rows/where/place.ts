import type { DataSource } from "typeorm";

import { SoftDeleteCriteriaError } from "../../errors";

/** How many objects and operators may stand in one another: more than any question about rows needs. */
const DEPTH = 20;
/** How many places an error names. */
const NAMED = 5;

/** Where in the criteria of a call something stands, for what an error says of it. */
export class Place {
  private constructor(
    readonly dataSource: DataSource,
    readonly method: string,
    readonly path: string,
    private readonly depth: number,
    /** Where in the criteria stands what only the database can judge; the first few places of it. */
    readonly unchecked: Set<string>,
  ) {}

  static top(dataSource: DataSource, method: string, entity: string): Place {
    return new Place(dataSource, method, entity, 0, new Set());
  }

  /** The database may find that what stands here cannot be compared. */
  leaveUnchecked(): void {
    if (this.unchecked.size < NAMED) this.unchecked.add(this.path);
  }

  /** @throws SoftDeleteCriteriaError for criteria that go too deep. */
  below(step: string): Place {
    if (this.depth === DEPTH) throw SoftDeleteCriteriaError.tooDeep(this.method, this.path, DEPTH);
    const path = `${this.path}${step}`;
    return new Place(this.dataSource, this.method, path, this.depth + 1, this.unchecked);
  }
}
