import { main } from "../../examples/snippets";

describe("the example snippets", () => {
  it("runs every snippet of the README", async () => {
    const lines: string[] = [];

    await main((line) => lines.push(line));

    expect(lines).toEqual([
      "Invoice.customer refuses, 1 row(s)",
      'would delete 3: {"User":1,"Post":1,"Comment":1}',
      "1 root, 3 rows, undo with string",
      "refused: Post.author",
      'restored {"User":1,"Post":1,"Comment":1}',
      "purged 0",
      "1 user, Ada",
      "Document by ada: spring cleaning",
      '1 of 1; the first holds {"Document":1}',
      "settled 0",
      "removed from search: 2",
      "on the primary: 0 deleted",
    ]);
  });
});
