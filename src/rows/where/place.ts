import type { DataSource } from "typeorm";

import { SoftDeleteCriteriaError } from "../../errors";

/** How many objects and operators may stand in one another: more than any question about rows needs. */
const DEPTH = 20;

/** Where in the criteria of a call something stands, for what an error says of it. */
export class Place {
  private constructor(
    readonly dataSource: DataSource,
    readonly method: string,
    readonly path: string,
    private readonly depth: number,
  ) {}

  static top(dataSource: DataSource, method: string, entity: string): Place {
    return new Place(dataSource, method, entity, 0);
  }

  /** @throws SoftDeleteCriteriaError for criteria that go too deep. */
  below(step: string): Place {
    if (this.depth === DEPTH) throw SoftDeleteCriteriaError.tooDeep(this.method, this.path, DEPTH);
    return new Place(this.dataSource, this.method, `${this.path}${step}`, this.depth + 1);
  }
}
