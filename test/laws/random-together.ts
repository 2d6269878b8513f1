import type { Model, Row } from "./model";

/** How one of several calls at once has ended. */
interface Outcome {
  readonly matches: (row: Row) => boolean;
  /** The code of its error. */
  readonly refused: string | undefined;
}

/** The rows that several calls at once have to have changed, and those that they may have. */
export interface Changes {
  readonly must: ReadonlySet<Row>;
  readonly may: ReadonlySet<Row>;
}

/** What calls take does not depend on their order; a child under RESTRICT that another has taken is in nobody's way. */
export function deletedTogether(model: Model, outcomes: readonly Outcome[]): Changes {
  const taken = new Set<Row>();
  for (const { matches, refused } of outcomes) {
    const expected = model.softDelete(matches, { restricted: true });
    if (refused === undefined) for (const row of expected?.taken ?? []) taken.add(row);
    else {
      expect(refused).toBe("SOFT_DELETE_RESTRICTED");
      expect(model.softDelete(matches)).toBeNull();
    }
  }
  return { must: taken, may: taken };
}

/** Whether a row comes back or is handed over depends on the order, and to whom; not which rows it may be. */
export function restoredTogether(model: Model, outcomes: readonly Outcome[]): Changes {
  const [must, may] = [new Set<Row>(), new Set<Row>()];
  for (const { matches, refused } of outcomes) {
    const { matched, revived, handedOver, blocked } = model.restore(matches, "refuse");
    if (refused === undefined) {
      for (const row of matched) must.add(row);
      for (const row of [...revived, ...handedOver]) may.add(row);
    } else {
      expect(refused).toBe("PARENT_DELETED");
      expect(blocked).toBe(true);
    }
  }
  return { must, may };
}
