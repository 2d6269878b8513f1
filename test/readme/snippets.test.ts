import { existsSync } from "node:fs";
import { join } from "node:path";

import { codeBlocks, filesIn, read, ROOT, standsIn } from "./code-blocks";

const LANGUAGES = ["ts", "typescript", "js", "javascript"];
const PAGES = [...(existsSync(join(ROOT, "README.md")) ? ["README.md"] : [])]
  .concat(filesIn("docs", ".md"))
  .concat(filesIn("examples", ".md"));
const BLOCKS = PAGES.flatMap((page) => codeBlocks(page, read(page), LANGUAGES));

const EXAMPLES = filesIn("examples", ".ts");
const TESTS = filesIn("test/examples", ".test.ts").concat(filesIn("test/readme", ".ts"));
const OWN = ["test/readme/snippets.test.ts", "test/readme/code-blocks.ts"];
const SOURCES = [...EXAMPLES, ...TESTS.filter((file) => file.startsWith("test/readme/"))]
  .filter((file) => !OWN.includes(file))
  .map((file) => ({ file, text: read(file) }));

describe("the code blocks of README.md and docs", () => {
  it("are found", () => {
    expect(BLOCKS.map((block) => block.place)).not.toEqual([]);
  });

  for (const { place, code } of BLOCKS) {
    it(`stand in a file that tests run: ${place}`, () => {
      if (SOURCES.some(({ text }) => standsIn(code, text))) return;
      throw new Error(
        `The code block at ${place} does not stand in any file under examples/ or test/readme/: change the page, or the ` +
          `file that it comes from.\n\n${code}`,
      );
    });
  }
});

describe("an example", () => {
  for (const example of EXAMPLES) {
    it(`is run by a test: ${example}`, () => {
      const path = example.replace(/\.ts$/, "");
      expect(TESTS.filter((file) => read(file).includes(`"../../${path}"`))).not.toEqual([]);
    });
  }
});

describe("standsIn", () => {
  const source = "function run() {\n  if (yes) {\n    first();\n    second();\n  }\n}\n";

  it("takes no notice of indentation", () => {
    expect(standsIn("first();\nsecond();", source)).toBe(true);
    expect(standsIn("  first();\n  second();\n", source)).toBe(true);
  });

  it("finds a missing, a changed and a half line", () => {
    expect(standsIn("first();\nsecond();\nthird();", source)).toBe(false);
    expect(standsIn("first();\nsecond(1);", source)).toBe(false);
    expect(standsIn("rst();\nsecond();", source)).toBe(false);
  });
});

describe("codeBlocks", () => {
  it("gives the blocks of a language, and where they stand", () => {
    const text =
      "# T\n\n```ts\none();\n```\n\n- item\n\n  ```ts\n  two();\n  ```\n\n```sh\nls\n```\n";

    expect(codeBlocks("T.md", text, ["ts"])).toEqual([
      { place: "T.md:4", code: "one();" },
      { place: "T.md:10", code: "  two();" },
    ]);
  });

  it("refuses a block that is never closed", () => {
    expect(() => codeBlocks("T.md", "```ts\none();\n", ["ts"])).toThrow("T.md:1");
  });
});
