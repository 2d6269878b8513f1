import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export const ROOT = join(__dirname, "..", "..");

export interface CodeBlock {
  /** Where it stands, as `README.md:42`: the line of its first line of code. */
  readonly place: string;
  readonly code: string;
}

/** The files of a folder, as paths from the root; none where there is no such folder. */
export function filesIn(folder: string, ending: string): string[] {
  const path = join(ROOT, folder);
  try {
    return readdirSync(path, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(ending))
      .map((file) => relative(ROOT, join(path, file)))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

export function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

/** The code blocks of a Markdown text in one of the languages, indented ones in a list included. */
export function codeBlocks(file: string, text: string, languages: readonly string[]): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open:
    { readonly fence: string; readonly language: string; readonly line: number } | undefined;
  let code: string[] = [];
  text.split("\n").forEach((line, index) => {
    const [, fence = "", language = ""] = /^\s*(`{3,}|~{3,})\s*(\S*)/.exec(line) ?? [];
    if (!open) {
      if (fence) open = { fence, language: language.toLowerCase(), line: index + 2 };
      code = [];
    } else if (fence.startsWith(open.fence) && language === "") {
      if (languages.includes(open.language))
        blocks.push({ place: `${file}:${open.line}`, code: code.join("\n") });
      open = undefined;
    } else {
      code.push(line);
    }
  });
  if (open) throw new Error(`${file}:${open.line - 1}: this code block is never closed.`);
  return blocks;
}

/** Whether the code stands in the source line by line, without regard to indentation and to lines left empty at its ends. */
export function standsIn(code: string, source: string): boolean {
  return `\n${unindented(source)}\n`.includes(`\n${unindented(code).trim()}\n`);
}

function unindented(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .join("\n");
}
