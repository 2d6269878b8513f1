import type { Model } from "./model";
import { Truth } from "./truth";

type Check = (truth: Truth, ...words: string[]) => boolean;

/** What a refusal may say, and when that is true. */
const CLAIMS: readonly [words: RegExp, isTrue: Check][] = [
  [
    /^(\w+)\.([\w.]+): @OnSoftDelete\(\) belongs on/,
    (truth, name, property) => {
      const one = truth.named(name);
      const relation = one && truth.relation(one, property);
      const holds = relation !== undefined && relation.type !== "many-to-many";
      return one !== undefined && truth.statesPolicy(one, property) && !holds;
    },
  ],
  [
    /^(\w+)\.([\w.]+): there is no such relation\. /,
    (truth, name, property) => {
      const one = truth.named(name);
      return (
        one !== undefined && truth.statesPolicy(one, property) && !truth.relation(one, property)
      );
    },
  ],
  [
    /^(\w+)\.([\w.]+): @OnSoftDelete\("(\w+)"\) would do nothing, .* leads to the view (\w+), and/,
    (truth, name, property, policy, view) => {
      const [one, other] = [name, view].map((some) => truth.named(some));
      if (!one || other?.role !== "view" || other.top) return false;
      return truth.policy(one, property) === policy && truth.leadsFromTable(one, property, other);
    },
  ],
  [
    /^(\w+)\.([\w.]+): the cascade reaches (\w+), which cannot be soft-deleted/,
    (truth, name, path, reached) => {
      const [one, other] = [name, reached].map((some) => truth.named(some));
      if (!one || !other || truth.hasSoftRows(other)) return false;
      const policy = truth.policy(one, path);
      return policy === undefined ? truth.cascades(one, path) : policy === "CASCADE";
    },
  ],
  [
    /^(\w+)\.([\w.]+): the policy acts when a (\w+) is soft-deleted, but \3 has no/,
    (truth, name, path, target) => {
      const [one, other] = [name, target].map((some) => truth.named(some));
      if (!one || !other || truth.hasSomeSoftRows(other)) return false;
      return ["CASCADE", "RESTRICT"].includes(truth.policy(one, path) as string);
    },
  ],
  [
    /^(\w+)\.([\w.]+): @OnSoftDelete\("(\w+)"\) acts when a (\w+) is soft-deleted, but \4 is a view/,
    (truth, name, path, policy, view) => {
      const one = truth.named(name);
      const isView = truth.named(view)?.role === "view";
      return one !== undefined && isView && truth.policy(one, path) === policy;
    },
  ],
  [
    /^(\w+)\.([\w.]+) says @OnSoftDelete\("(\w+)"\), and (\w+)\.([\w.]+) says @OnSoftDelete\("(\w+)"\) of the same foreign key/,
    (truth, a, pathA, policyA, b, pathB, policyB) => {
      const [one, other] = [a, b].map((some) => truth.named(some));
      if (!one || !other || truth.table(one) !== truth.table(other)) return false;
      const said = [truth.policy(one, pathA), truth.policy(other, pathB)];
      return said[0] === policyA && said[1] === policyB && policyA !== policyB && pathA === pathB;
    },
  ],
  [
    /^(\w+) has several (delete-date|deletion id) columns: (.+)\. A deletion/,
    (truth, name, part, paths) => {
      const one = truth.named(name);
      const columns = one && truth.part(one, part === "delete-date" ? "date" : "id");
      const named = columns?.map(({ property }) => `${name}.${property}`).sort();
      return (named?.length ?? 0) > 1 && paths.split(" and ").sort().join() === named?.join();
    },
  ],
  [
    /^(\w+)\.(\w+) and (\w+)\.(\w+) are different (delete-date|deletion id) columns of the same table/,
    (truth, a, propertyA, b, propertyB) => {
      const [one, other] = [a, b].map((some) => truth.named(some));
      if (!one || !other || truth.table(one) !== truth.table(other)) return false;
      const [first, second] = [
        truth.columns(one).find(({ property }) => property === propertyA),
        truth.columns(other).find(({ property }) => property === propertyB),
      ];
      return first !== undefined && second !== undefined && first.name !== second.name;
    },
  ],
  [
    /^(\w+)\.(\w+): (\w+) declares the column again that it inherits from/,
    (truth, name, property) => {
      const one = truth.named(name);
      const all = one ? truth.declared(one).filter((own) => own.property === property) : [];
      return all.some((column) => column.name !== all[0]?.name || column.moment !== all[0].moment);
    },
  ],
  [
    /^(\w+)\.(\w+): the type of the delete-date column is/,
    (truth, name, property) => {
      const one = truth.named(name);
      const all = one ? truth.columns(one) : [];
      return all.some((own) => own.property === property && own.part === "date" && !own.moment);
    },
  ],
  [
    /^(\w+)\.(\w+): a deletion id column needs a delete-date column/,
    (truth, name, property) => {
      const one = truth.named(name);
      if (!one || truth.part(one, "date").length > 0) return false;
      return truth.part(one, "id").some((own) => own.property === property);
    },
  ],
];

/** Whether a refusal says something of the model that is so. Undefined where it says what none may. */
export function isTrueOf(model: Model, message: string): boolean | undefined {
  for (const [words, isTrue] of CLAIMS) {
    const [found, ...said] = words.exec(message) ?? [];
    if (found !== undefined) return isTrue(new Truth(model), ...said);
  }
  return undefined;
}
