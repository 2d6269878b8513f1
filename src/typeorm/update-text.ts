import type { DataSource, EntityMetadata } from "typeorm";

import type { Column } from "./metadata";
import { quoted, quotedTable } from "./quoting";

/** SQL and, between its pieces, the values of its placeholders. */
export interface TextPiece {
  readonly text: string;
  /** The value that stands behind the text; none behind the last piece. */
  readonly value?: unknown;
}

// Quoted text and names, comments, placeholders, brackets, words; whatever else stands for itself.
const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\/\*[\s\S]*?\*\/|--|\$\d+|\$\w*\$|[A-Za-z_][\w$]*|\?|[\s\S]/g;
const NOT_UNDERSTOOD = /^(?:\/\*|--|#|['"`]$|\$\D|\$$)/;

/**
 * Whether a statement is an UPDATE of an entity's table that sets a column.
 *
 * Leans on the text of TypeORM's UPDATE: `UPDATE table SET column = ...`, behind a comment where the caller has one.
 *
 * @internal
 */
export function updates(statement: string, metadata: EntityMetadata, column: Column): boolean {
  const head = `UPDATE ${quotedTable(metadata)} SET `;
  const start = statement.indexOf(head);
  if (start < 0) return false;
  return statement.includes(`${quoted(metadata.dataSource, column.databaseName)} = `, start);
}

/**
 * The condition of an UPDATE that TypeORM's query builder has written, with the values of its placeholders, as it may stand in
 * another statement on the same table; undefined where it cannot be told for certain.
 *
 * Leans on numbered placeholders on PostgreSQL, question marks elsewhere, one value for each; and on nothing being behind the
 * condition but RETURNING, ORDER BY and LIMIT.
 *
 * @internal
 */
export function conditionOf(
  { options: { type } }: Pick<DataSource, "options">,
  statement: string,
  parameters: readonly unknown[],
): readonly TextPiece[] | undefined {
  const tokens = conditionTokens(statement);
  if (!tokens) return undefined;
  if (tokens.length === 0) return /^UPDATE /.test(statement) ? [{ text: "1 = 1" }] : undefined;
  const numbered = type === "postgres" || type === "cockroachdb";
  const pieces: TextPiece[] = [];
  let [text, marks] = ["", marksBefore(statement, tokens)];
  for (const token of tokens) {
    // The drivers of MySQL and MariaDB put values in the place of those as well.
    if (!numbered && /^['"`].*\?/s.test(token)) return undefined;
    const number = numbered && /^\$\d+$/.test(token) ? Number(token.slice(1)) - 1 : undefined;
    const index = !numbered && token === "?" ? marks++ : number;
    if (index === undefined) text += token;
    else if (index >= parameters.length) return undefined;
    else {
      pieces.push({ text, value: parameters[index] });
      text = "";
    }
  }
  return [...pieces, { text }];
}

/**
 * Whether the condition of an UPDATE has an OR outside of all brackets, beside which TypeORM's own condition on the delete date is
 * one of several.
 *
 * Leans on TypeORM putting that behind the caller's conditions without brackets around those.
 *
 * @internal
 */
export function isUnguarded(statement: string): boolean {
  const tokens = conditionTokens(statement);
  if (!tokens || tokens.length === 0) return true;
  let depth = 0;
  for (const token of tokens) {
    if (token === "(") depth += 1;
    if (token === ")") depth -= 1;
    if (depth === 0 && /^OR$/i.test(token)) return true;
  }
  return false;
}

/** What stands behind WHERE, up to RETURNING: nothing where there is none; undefined for what is not understood. */
function conditionTokens(statement: string): string[] | undefined {
  // What a backslash, or text between dollar signs, means depends on the database and its settings.
  if (statement.includes("\\") || /^\s*WITH\b/i.test(statement)) return undefined;
  const tokens: string[] = [];
  let [depth, inside, before] = [0, false, ""];
  for (const [token] of statement.matchAll(TOKEN)) {
    if (token === "(") depth += 1;
    if (token === ")") depth -= 1;
    const word = depth === 0 && before !== "." ? token.toUpperCase() : "";
    if (word === "RETURNING") break;
    if (!inside && word === "WHERE") inside = true;
    // By LIMIT the rows are not told; comments, and what is left open, mean something else to each database.
    else if (word === "ORDER" || word === "LIMIT" || NOT_UNDERSTOOD.test(token)) return undefined;
    else if (inside) tokens.push(token);
    if (token.trim() !== "") before = token;
  }
  return depth === 0 ? tokens : undefined;
}

/** How many question marks stand before the condition. */
function marksBefore(statement: string, tokens: readonly string[]): number {
  const head = statement.slice(0, statement.lastIndexOf(tokens.join("")));
  return [...head.matchAll(TOKEN)].filter(([token]) => token === "?").length;
}
