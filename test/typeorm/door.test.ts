import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const ROOT = join(__dirname, "../..");
const DOOR = "src/typeorm/";

/** What TypeORM does not promise, and the file of the door that has it. */
const BEHIND_THE_DOOR: readonly [word: RegExp, file: string][] = [
  [/\.driver\b|\{[^}]*\bdriver\b[^}]*\}/, "of what it is asked for"],
  [/\bfrom "typeorm\/|require\("typeorm\//, "of what it is asked for"],
  [/\b(normalizeType|mappedDataTypes)\b/, "column-types.ts"],
  [/\b(preparePersistentValue|prepareHydratedValue)\b/, "column-values.ts"],
  [/\b(escapeQueryWithParameters)\b/, "placeholders.ts"],
  [/\.query\(/, "run-statement.ts"],
  [/\bisReleased\b|\brollbackTransaction\(/, "connections.ts"],
  [/\b(databaseEntity|entityId)\b/, "hook-events.ts"],
  [/\b(ensureEntityIdMap|createValueMap|findInheritanceMetadata)\b/, "metadata.ts"],
  [
    /\b(extractRelationValuesFromEntity|getOwnPropertyDescriptor|defineProperty)\b|__/,
    "related-objects.ts",
  ],
  [/\bgetMetadataArgsStorage\b/, "decorator-storage.ts"],
  [/\b(disable-global-order|setOption|setFindOptions|expressionMap)\b/, "query-text.ts"],
  [/\bObject\.create\(/, "repository-copies.ts"],
  [/\bTRUNCATE\b/, "cleared-table.ts"],
  [/\b(driverError)\b/, "driver-error.ts"],
  [
    /\b(broadcaster|obtainMasterConnection|registerQueryBuilderClass)\b/,
    "of its own, if it has to be",
  ],
  [/\.prototype\.\w+ =/, "nowhere: nothing of TypeORM is patched"],
];

function sourceFiles(): string[] {
  return readdirSync(join(ROOT, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

/** Without comments, which may speak of anything. */
function codeOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ""))
    .split("\n")
    .map((line) => line.replace(/(^|\s)\/\/.*$/, ""));
}

describe("the door to TypeORM", () => {
  const files = sourceFiles();

  it("is the only room that uses what TypeORM does not promise", () => {
    const found = files
      .filter((file) => !file.startsWith(DOOR))
      .flatMap((file) =>
        codeOf(file).flatMap((line, at) =>
          BEHIND_THE_DOOR.filter(([word]) => word.test(line)).map(
            ([, where]) =>
              `${file}:${String(at + 1)} leans on something that TypeORM does not promise: "${line.trim()}". Ask ${DOOR}, the file ${where}`,
          ),
        ),
      );

    expect(found).toEqual([]);
  });

  it("says in each of its files what it leans on, and has a test for each", () => {
    const tests = readdirSync(__dirname);
    const own = files.filter((file) => file.startsWith(DOOR));
    const missing = own.flatMap((file) => {
      const text = readFileSync(join(ROOT, file), "utf8");
      const test = file.slice(DOOR.length).replace(/\.ts$/, ".test.ts");
      return [
        ...(/\bleans? on\b/i.test(text) ? [] : [`${file} does not say what it leans on`]),
        ...(tests.includes(test) ? [] : [`${file} has no test/typeorm/${test}`]),
      ];
    });

    expect(own.length).toBeGreaterThan(10);
    expect(missing).toEqual([]);
  });
});
