import { main } from "../../examples/boolean-flag";
import { describeEachDatabase } from "../harness";
import { rowsOf, runExample } from "./run-example";

describeEachDatabase("the example boolean-flag", (database) => {
  it("says who is deleted, and who is not", async () => {
    const { lines } = await runExample(database, main);

    expect(lines).toEqual([
      "Ada: isDeleted true, flag true",
      "users: Edsger",
      "deleted: Ada, Grace",
      "all: Ada, Grace, Edsger",
      "Ada: isDeleted false, flag false",
      "is_deleted of Ada: false",
      "is_deleted of Grace: true",
      "is_deleted of Edsger: false",
      "refused: HardDeleteForbiddenError",
    ]);
  });

  it("leaves every row in the table, flagged where it is deleted", async () => {
    const run = await runExample(database, main);

    const rows = await rowsOf(run, "users", ["name", "is_deleted", "deletedAt", "deletionId"]);
    expect(
      rows.map(([name, flag, deletedAt, deletionId]) => [
        name,
        Boolean(flag),
        deletedAt !== null,
        deletionId !== null,
      ]),
    ).toEqual([
      ["Ada", false, false, false],
      ["Grace", true, true, true],
      ["Edsger", false, false, false],
    ]);
  });
});
