import { performance } from "node:perf_hooks";

import { Presets, SingleBar } from "cli-progress";

import type { Counts } from "../src";

/** How many rows of one table each scope sees. */
export interface CountsRow {
  readonly name: string;
  readonly found: number;
  readonly withDeleted: number;
  readonly onlyDeleted: number;
}

/** What the demo says, as text in lines. */
export class Output {
  #milliseconds = 0;

  constructor(private readonly write: (line: string) => void) {}

  say(text: string): void {
    this.write(`  ${text}`);
  }

  step(title: string, code: string): void {
    this.write(`\n${title}\n  > ${code}`);
  }

  /** Notes how long it takes, for the result that follows. */
  async timed<Result>(action: () => Promise<Result>): Promise<Result> {
    const start = performance.now();
    const result = await action();
    this.#milliseconds = performance.now() - start;
    return result;
  }

  result(verb: string, counts: Counts): void {
    const parts = Object.entries(counts).map(([entity, rows]) => `${entity} ${format(rows)}`);
    this.say(`${verb} ${parts.join(", ")} in ${this.#milliseconds.toFixed(0)} ms`);
  }

  counts(rows: readonly CountsRow[]): void {
    const line = (cells: readonly (string | number)[]): string =>
      cells
        .map((cell, at) => (at === 0 ? String(cell).padEnd(12) : format(cell).padStart(15)))
        .join("");
    this.say("");
    this.say(line(["", "find()", "withDeleted()", "onlyDeleted()"]));
    for (const { name, found, withDeleted, onlyDeleted } of rows) {
      this.say(line([name, found, withDeleted, onlyDeleted]));
    }
    this.say("");
  }

  /** A progress bar, in a terminal, around an action that reports how many rows it has done. */
  async progress(
    total: number,
    action: (advance: (rows: number) => void) => Promise<void>,
  ): Promise<void> {
    const format = "  Loading {bar} {percentage}% | {value} of {total} rows";
    const bar = new SingleBar({ format, hideCursor: true }, Presets.shades_classic);
    if (process.stderr.isTTY) bar.start(total, 0);
    await this.timed(() =>
      action((rows) => {
        if (process.stderr.isTTY) bar.increment(rows);
      }),
    );
    if (process.stderr.isTTY) bar.stop();
    const seconds = (this.#milliseconds / 1000).toFixed(1);
    this.say(`${total.toLocaleString("en")} rows loaded in ${seconds} s`);
  }
}

function format(value: string | number): string {
  return typeof value === "number" ? value.toLocaleString("en") : value;
}
