import type { EntityMetadata } from "typeorm";

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
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\/\*[\s\S]*?\*\/|--[^\n]*|\$\d+|\$\w*\$|[A-Za-z_][\w$]*|\?|[\s\S]/g;
const ENDS = /^(?:RETURNING|ORDER|LIMIT)$/i;

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
 * another statement on the same table; undefined where there is none, or it cannot be told for certain.
 *
 * Leans on numbered placeholders on PostgreSQL, question marks elsewhere, one value for each; and on nothing being behind the
 * condition but RETURNING, ORDER BY and LIMIT.
 *
 * @internal
 */
export function conditionOf(
  statement: string,
  parameters: readonly unknown[],
): readonly TextPiece[] | undefined {
  // What a backslash, or text between dollar signs, means depends on the database and its settings.
  if (statement.includes("\\")) return undefined;
  const pieces: TextPiece[] = [];
  let [text, depth, marks, inside] = ["", 0, 0, false];
  for (const [token] of statement.matchAll(TOKEN)) {
    if (
      token.length > 1 &&
      (/^\$\D/.test(token) || (/^['"`]/.test(token) && token.includes("?")))
    ) {
      return undefined;
    }
    if (/^(?:'|"|`)$/.test(token)) return undefined;
    if (token === "(") depth += 1;
    if (token === ")") depth -= 1;
    const number = /^\$\d+$/.test(token) ? Number(token.slice(1)) - 1 : undefined;
    const index = token === "?" ? marks++ : number;
    if (depth === 0 && inside && ENDS.test(token)) break;
    if (depth === 0 && !inside && /^WHERE$/i.test(token)) inside = true;
    else if (inside && index !== undefined) {
      if (index >= parameters.length) return undefined;
      pieces.push({ text, value: parameters[index] });
      text = "";
    } else if (inside && !/^(?:\/\*|--)/.test(token)) text += token;
  }
  return inside && depth === 0 ? [...pieces, { text }] : undefined;
}
