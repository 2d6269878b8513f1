import { performance } from "node:perf_hooks";

import { Presets, SingleBar } from "cli-progress";

import { SoftDeleteError, type Counts } from "../src";

const WIDTH = 92;

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

  /** How long the last action took. */
  get time(): string {
    const milliseconds = this.#milliseconds;
    return milliseconds < 1000
      ? `${milliseconds.toFixed(0)} ms`
      : `${(milliseconds / 1000).toFixed(1)} s`;
  }

  say(text: string): void {
    for (const line of lines(text)) this.write(`  ${line}`);
  }

  step(title: string, code: string): void {
    this.write(`\n${title}`);
    this.code(code);
  }

  code(text: string): void {
    this.write(`  > ${text}`);
  }

  /** Notes how long it takes, for the result that follows. */
  async timed<Result>(action: () => Promise<Result>): Promise<Result> {
    const start = performance.now();
    try {
      return await action();
    } finally {
      this.#milliseconds = performance.now() - start;
    }
  }

  /** Says with which error an action is refused. */
  async refused(action: () => Promise<unknown>): Promise<void> {
    const error = await this.timed(action).then(
      () => new Error("This was to be refused."),
      (reason: unknown) => reason,
    );
    if (!(error instanceof SoftDeleteError)) throw error;
    this.say(`${error.name} in ${this.time}`);
    this.say(error.message);
  }

  result(verb: string, counts: Counts): void {
    const parts = Object.entries(counts).map(([entity, rows]) => `${entity} ${count(rows)}`);
    this.say(`${verb} ${parts.join(", ")} in ${this.time}`);
  }

  counts(rows: readonly CountsRow[]): void {
    const line = (cells: readonly string[]): void => {
      this.say(cells.map((cell, at) => (at === 0 ? cell.padEnd(12) : cell.padStart(15))).join(""));
    };
    this.write("");
    line(["", "find()", "withDeleted()", "onlyDeleted()"]);
    for (const { name, found, withDeleted, onlyDeleted } of rows) {
      line([name, count(found), count(withDeleted), count(onlyDeleted)]);
    }
  }

  /** A progress bar, in a terminal, around an action that reports how many rows it has done so far. */
  async progress<Result>(
    title: string,
    total: number,
    action: (done: (rows: number) => void) => Promise<Result>,
  ): Promise<Result> {
    const format = `  ${title} {bar} {percentage}% | {value} of {total} rows`;
    const bar = new SingleBar({ format, hideCursor: true }, Presets.shades_classic);
    if (process.stderr.isTTY) bar.start(total, 0);
    try {
      return await this.timed(() =>
        action((rows) => {
          if (process.stderr.isTTY) bar.update(rows);
        }),
      );
    } finally {
      if (process.stderr.isTTY) bar.stop();
    }
  }
}

/** A number of rows, as text. */
export function count(rows: number): string {
  return rows.toLocaleString("en");
}

/** Text in lines that fit a terminal; a line of the table fits anyway. */
function lines(text: string): string[] {
  return text.length <= WIDTH
    ? [text]
    : (text.match(new RegExp(`\\S.{0,${WIDTH - 1}}(?= |$)`, "g")) ?? []);
}
