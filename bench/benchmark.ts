import type { BenchDatabase } from "./database";

export interface BenchOptions {
  readonly sizes: readonly string[];
  readonly runs: number;
}

/** One thing that was measured in several ways. */
export interface Measurement {
  /** What was done, for example "soft delete, 1 + 100 + 5,000 rows". */
  readonly title: string;
  readonly ways: readonly Way[];
}

/** A way of doing it. */
export interface Way {
  readonly name: string;
  /** Median. */
  readonly milliseconds: number;
  /** Against what it is measured, and how many times as long it takes. */
  readonly against?: {
    readonly name: string;
    readonly ratio: number;
    readonly target: string;
    readonly met: boolean;
  };
}

/** Measures something on one database, whose tables it finds empty and leaves as it likes. */
export interface Benchmark {
  readonly name: string;
  run(database: BenchDatabase, options: BenchOptions): Promise<Measurement[]>;
}

/** A way with its ratio to another one. */
export function comparedTo(
  way: { name: string; milliseconds: number },
  other: { name: string; milliseconds: number },
  limit: number,
): Way {
  const ratio = way.milliseconds / other.milliseconds;
  const target = `at most ${limit}`;
  return { ...way, against: { name: other.name, ratio, target, met: ratio <= limit } };
}

/** A way that another one has to beat by a factor. */
export function slowerThan(
  way: { name: string; milliseconds: number },
  other: { name: string; milliseconds: number },
  factor: number,
): Way {
  const ratio = way.milliseconds / other.milliseconds;
  const target = `at least ${factor}`;
  return { ...way, against: { name: other.name, ratio, target, met: ratio >= factor } };
}
