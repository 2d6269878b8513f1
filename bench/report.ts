import type { Measurement } from "./benchmark";

/** What was measured on one database. */
export interface DatabaseResult {
  readonly server: string;
  readonly measurements: readonly Measurement[];
}

const HEAD = ["", "median", "ratio", "target"];

/** The results as Markdown, readable in a terminal as well. */
export function report(results: readonly DatabaseResult[]): string {
  return results
    .map(({ server, measurements }) => `## ${server}\n\n${measurements.map(section).join("\n\n")}`)
    .join("\n\n");
}

function section({ title, ways }: Measurement): string {
  const rows = ways.map(({ name, milliseconds, against }) => [
    name,
    `${milliseconds < 10 ? milliseconds.toFixed(2) : milliseconds.toFixed(0)} ms`,
    against ? `${against.ratio.toFixed(2)} × ${against.name}` : "",
    against ? `${against.target}: ${against.met ? "met" : "**missed**"}` : "",
  ]);
  return `### ${title[0]!.toUpperCase()}${title.slice(1)}\n\n${table([HEAD, ...rows])}`;
}

function table(rows: readonly string[][]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length), 3));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  const [head, ...body] = rows;
  return [line(head!), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join(
    "\n",
  );
}
