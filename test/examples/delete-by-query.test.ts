import { main } from "../../examples/delete-by-query";
import { describeEachDatabase } from "../harness";
import { rowsOf, runExample } from "./run-example";

describeEachDatabase("the example delete-by-query", (database) => {
  it("says how many matched, and what the default query sees", async () => {
    const { lines } = await runExample(database, main);

    expect(lines).toEqual([
      "at first: 6 messages, 6 attachments",
      "without spam: 4 messages, 4 attachments",
      "without the old ones: 2 messages, 2 attachments",
      "by Spam: 0",
      "left: Ada 2024, Grace 2024",
      "with deleted: 6",
      "is_deleted in messages: 4",
      "is_deleted in attachments: 4",
      "old and deleted: 2",
      "with the old ones: 4 messages, 4 attachments",
    ]);
  });

  it("leaves every match flagged, attachments included, and all of one deletion", async () => {
    const run = await runExample(database, main);

    const messages = await rowsOf(run, "messages", ["sender", "is_deleted", "deletionId"]);
    const attachments = await rowsOf(run, "attachments", ["is_deleted", "deletionId"]);
    const deletionId = messages[4]![2];
    expect(deletionId).not.toBeNull();
    expect(messages.map(([sender, flag, id]) => [sender, Boolean(flag), id])).toEqual([
      ["Ada", false, null],
      ["Ada", false, null],
      ["Grace", false, null],
      ["Grace", false, null],
      ["Spam", true, deletionId],
      ["Spam", true, deletionId],
    ]);
    expect(attachments.map(([flag, id]) => [Boolean(flag), id])).toEqual(
      messages.map(([, flag, id]) => [Boolean(flag), id]),
    );
  });
});
