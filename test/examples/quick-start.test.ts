import { main } from "../../examples/quick-start";
import { read } from "../readme/code-blocks";

describe("the example quick-start", () => {
  it("deletes an author with everything below, and undoes exactly that", async () => {
    const lines: string[] = [];

    await main((line) => lines.push(line));

    expect(lines).toEqual([
      'deleted: {"User":1,"Post":1,"Comment":2}',
      "posts: 0 active, 2 deleted",
      'restored: {"User":1,"Post":1,"Comment":2}',
      "active: Essay",
      "deleted: Draft",
    ]);
  });

  it("prints what the README says", async () => {
    const lines: string[] = [];

    await main((line) => lines.push(line));

    expect(read("README.md")).toContain(["```", ...lines, "```"].join("\n"));
  });
});
