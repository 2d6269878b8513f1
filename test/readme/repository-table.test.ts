import { Repository } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteRepository } from "../../src";
import { describeEachDatabase, statementsOf } from "../harness";
import { fill, openBlog, User } from "../repository/blog";
import { read } from "./code-blocks";

type Call = (...given: readonly unknown[]) => unknown;

/** The rows of the table: the methods that one names, and what it says of `onlyDeleted()`. */
function rowsOfTable(): { readonly methods: string[]; readonly trash: string }[] {
  const [, section = ""] = read("README.md").split("### What changes in a repository\n");
  const [table = ""] = section.split("\n## ");
  return table
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map((cells) => ({
      methods: [...(cells[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name = ""]) => name),
      trash: cells[4] ?? "",
    }));
}

function methodsOf(repository: object): string[] {
  const names = new Set<string>();
  for (let one = repository; one !== Object.prototype; one = Object.getPrototypeOf(one) as object) {
    for (const name of Object.getOwnPropertyNames(one)) names.add(name);
  }
  return [...names].filter((name) => name !== "constructor" && name !== "metadata").sort();
}

const ROWS = rowsOfTable();
const GIVEN: Record<string, readonly unknown[]> = {
  find: [],
  findAndCount: [],
  findOne: [{ where: { id: 1 } }],
  findOneOrFail: [{ where: { id: 1 } }],
  findOneByOrFail: [{ id: 1 }],
  count: [],
  exists: [],
  preload: [{ id: 1 }],
  ...Object.fromEntries(["sum", "average", "minimum", "maximum"].map((name) => [name, ["points"]])),
};

describe("the README's table of what changes in a repository", () => {
  it("names each method of TypeORM's repository and of ours once", () => {
    const named = ROWS.flatMap(({ methods }) => methods).sort();

    expect(named).toEqual(methodsOf(SoftDeleteRepository.prototype));
    expect(named).toEqual(expect.arrayContaining(methodsOf(Repository.prototype)));
  });
});

describeEachDatabase("the README's table of what changes in a repository", (database) => {
  const opened = openBlog(database);
  beforeEach(() => fill(opened.dataSource));

  const repository = () => getSoftDeleteRepository(opened.dataSource, User);
  const call = (on: SoftDeleteRepository<User>, method: string, given: readonly unknown[]) =>
    (on as unknown as Record<string, Call>)[method]?.(...given);

  /** The code of what a call is refused with, if it is refused. */
  async function refusal(method: string, given: readonly unknown[]): Promise<unknown> {
    try {
      await call(repository().onlyDeleted(), method, given);
      return undefined;
    } catch (error) {
      return (error as { code?: unknown }).code;
    }
  }

  for (const { methods, trash } of ROWS) {
    for (const method of methods) {
      if (trash.startsWith("refused")) {
        it(`says truly that ${method} is refused in the trash`, async () => {
          expect(await refusal(method, [1, {}])).toBe("SCOPE_WRITE");
        });
        continue;
      }
      it(`says truly that ${method} is not refused in the trash`, async () => {
        expect(await refusal(method, GIVEN[method] ?? [{ id: -1 }])).not.toBe("SCOPE_WRITE");
      });
      if (trash !== "deleted rows") continue;
      it(`says truly that ${method} goes by the scope`, async () => {
        const given = GIVEN[method] ?? [{ id: 1 }];
        const sent = async (on: SoftDeleteRepository<User>) => {
          const statements = statementsOf(opened.dataSource, async () => {
            await Promise.resolve(call(on, method, given)).catch(() => undefined);
          });
          return JSON.stringify(await statements);
        };

        const [active, all, deleted] = [
          await sent(repository()),
          await sent(repository().withDeleted()),
          await sent(repository().onlyDeleted()),
        ];
        expect(active).toContain(" IS NULL");
        expect(all).not.toContain("IS NULL");
        expect(deleted).toContain(" IS NOT NULL");
      });
    }
  }
});
