import type { DataSource, ObjectLiteral } from "typeorm";

import { positional } from "../typeorm/placeholders";

/** A value that goes to the database as a parameter. */
interface Bound {
  readonly value: unknown;
  /** How many values it is a list of, for `IN (...)`. */
  readonly list?: number;
}

/** A piece of SQL that TypeORM has written, with its own named parameters. */
interface Foreign {
  readonly text: string;
  readonly parameters: ObjectLiteral;
}

type Chunk = string | Bound | Foreign;

/** A piece of SQL with its parameters. A value never becomes text. */
export class Sql {
  constructor(readonly chunks: readonly Chunk[]) {}

  /** How many values the longest list in it has. */
  get longestList(): number {
    return this.chunks.reduce(
      (most, chunk) =>
        typeof chunk === "object" && "list" in chunk ? Math.max(most, chunk.list ?? 0) : most,
      0,
    );
  }

  /** How many parameters it has, of which a statement takes only so many. */
  get parameters(): number {
    return this.chunks.reduce((count, chunk) => {
      if (typeof chunk === "string") return count;
      return count + ("text" in chunk ? Object.values(chunk.parameters).flat().length : 1);
    }, 0);
  }

  /** The text and the parameters as the driver takes them. */
  render(dataSource: DataSource): [text: string, parameters: unknown[]] {
    const [text, parameters] = this.named();
    return positional(dataSource, text, parameters);
  }

  /** The text and the parameters as TypeORM's query builder takes them, in a query that has only one such piece. */
  named(): [text: string, parameters: ObjectLiteral] {
    const parameters: ObjectLiteral = {};
    let count = 0;
    const text = this.chunks
      .map((chunk) => {
        if (typeof chunk === "string") return chunk;
        if ("text" in chunk) {
          return renamed(chunk, `foreign_${String(count++)}_`, parameters);
        }
        const name = `soft_delete_${String(count++)}`;
        parameters[name] = chunk.value;
        return `:${name}`;
      })
      .join("");
    return [text, parameters];
  }
}

/** TypeORM numbers the parameters of each query from zero: several in one statement need names of their own. */
function renamed({ text, parameters }: Foreign, prefix: string, all: ObjectLiteral): string {
  return text.replaceAll(
    /:(\.\.\.)?([A-Za-z0-9_.]+)/g,
    (full, spread: string | undefined, name: string) => {
      if (!Object.hasOwn(parameters, name)) return full;
      all[prefix + name] = parameters[name] as unknown;
      return `:${spread ?? ""}${prefix}${name}`;
    },
  );
}

/** Composes SQL: `sql` pieces are inserted as they are, strings have to be SQL already. */
export function sql(strings: TemplateStringsArray, ...inserts: readonly (Sql | string)[]): Sql {
  const chunks: Chunk[] = [strings[0] ?? ""];
  inserts.forEach((insert, index) => {
    append(chunks, insert);
    chunks.push(strings[index + 1] ?? "");
  });
  return new Sql(chunks);
}

function append(chunks: Chunk[], piece: Sql | string): void {
  if (typeof piece === "string") chunks.push(piece);
  // Not by a spread: a function takes only so many arguments.
  else for (const chunk of piece.chunks) chunks.push(chunk);
}

/** A value as a parameter. */
export function bind(value: unknown): Sql {
  return new Sql([{ value }]);
}

/** Values, or rows of them, as one parameter, of which the driver makes what stands between the brackets of `IN (...)`. */
export function bindList(values: readonly unknown[]): Sql {
  return new Sql([{ value: values, list: values.length }]);
}

/** A query that TypeORM's query builder has written. */
export function foreign(text: string, parameters: ObjectLiteral): Sql {
  return new Sql([{ text, parameters }]);
}

/** SQL pieces with a separator between them. */
export function join(pieces: readonly (Sql | string)[], separator: string): Sql {
  const chunks: Chunk[] = [];
  pieces.forEach((piece, index) => {
    if (index > 0) chunks.push(separator);
    append(chunks, piece);
  });
  return new Sql(chunks);
}

/** Conditions that all hold; always in brackets. */
export function and(...conditions: readonly (Sql | string)[]): Sql {
  return sql`(${join(conditions, " AND ")})`;
}

/**
 * The same condition in a form that no index serves. Right after a mass update PostgreSQL's statistics are stale: it would
 * take an index on the deletion columns for the shortest way, once for each row that it comes from.
 */
export function filter(condition: Sql): Sql {
  return sql`CASE WHEN ${condition} THEN 1 ELSE 0 END = 1`;
}

/** Conditions of which one holds; always in brackets. */
export function or(...conditions: readonly (Sql | string)[]): Sql {
  return conditions.length === 0 ? sql`(1 = 0)` : sql`(${join(conditions, " OR ")})`;
}
