import { main } from "../../examples/lifecycle";
import { describeEachDatabase } from "../harness";
import { rowsOf, runExample } from "./run-example";

describeEachDatabase("the example lifecycle", (database) => {
  it("says what each step leaves active and deleted, and what the log holds", async () => {
    const { lines } = await runExample(database, main);

    expect(lines).toEqual([
      "2026-03-01 written",
      "  active: One, Two, Three, Four, Five",
      "  deleted: none",
      "2026-03-01 One is deleted",
      "  active: Two, Three, Four, Five",
      "  deleted: One",
      "  by Ada: outdated",
      "2026-03-02 One is restored",
      "  active: One, Two, Three, Four, Five",
      "  deleted: none",
      "2026-03-03 Four is removed",
      "  active: One, Two, Three, Five",
      "  deleted: none",
      "2026-03-11 2 posts are deleted by their ids",
      "  active: Three, Five",
      "  deleted: One, Two",
      "2026-03-14 Ada is deleted: 1 Post, 1 User",
      "  active: Five",
      "  deleted: One, Two, Three",
      "  deleted on March 11: One, Two",
      "  deleted since: Three",
      "  all: One, Two, Three, Five",
      "2026-03-14 restored since yesterday: 1 Post, 1 User",
      "  active: Three, Five",
      "  deleted: One, Two",
      "to be purged: 2 Post",
      "2026-04-15 purged: 2 Post",
      "  active: Five",
      "  deleted: Three",
      "  older than 30 days: 0",
      "deletion by system (no reason): 1 Post",
      "deletion by system (account closed): 1 Post, 1 User, undone",
      "deletion by moderator (spam): 2 Post",
      "deletion by Ada (outdated): 1 Post, undone",
      "2026-03-01 soft-delete: 1 Post",
      "2026-03-02 restore: 1 Post",
      "2026-03-03 force-delete: 1 Post",
      "2026-03-11 soft-delete: 2 Post",
      "2026-03-14 soft-delete: 1 Post, 1 User",
      "2026-03-14 restore: 1 Post, 1 User",
      "2026-04-03 soft-delete: 1 Post",
      "2026-04-15 purge: 2 Post",
    ]);
  });

  it("leaves no row of what was removed or purged", async () => {
    const run = await runExample(database, main);

    const posts = await rowsOf(run, "posts", ["title", "deletedBy", "deleteReason"]);
    expect(posts).toEqual([
      ["Three", "system", null],
      ["Five", null, null],
    ]);
    expect(await rowsOf(run, "users", ["name", "deletedAt", "deletedBy"])).toEqual([
      ["Ada", null, null],
      ["Grace", null, null],
    ]);
  });

  it("leaves a log in which every entry has its actor", async () => {
    const run = await runExample(database, main);

    const entries = await rowsOf(run, "soft_delete_log", ["action", "actor", "reason"]);
    expect(entries).toEqual([
      ["soft-delete", "Ada", "outdated"],
      ["restore", "system", null],
      ["force-delete", "Grace", "a secret in it"],
      ["soft-delete", "moderator", "spam"],
      ["soft-delete", "system", "account closed"],
      ["restore", "system", null],
      ["soft-delete", "system", null],
      ["purge", "system", null],
    ]);
  });
});
