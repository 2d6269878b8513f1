import type { ClassModel, Model, Policy, RelationModel } from "./model";

/** A soft delete column that a class declares. */
interface DeclaredColumn {
  readonly property: string;
  readonly part: "date" | "id";
  readonly name: string;
  readonly moment: boolean;
  readonly by: string;
}

/** What is true of a model, by its own account: nothing here asks the code that is tested. */
export class Truth {
  constructor(private readonly model: Model) {}

  /** A class and those that it extends, itself first. */
  chain(one: ClassModel): ClassModel[] {
    const base = one.base === undefined ? undefined : this.model.classes[one.base];
    return base ? [one, ...this.chain(base)] : [one];
  }

  named(name: string): ClassModel | undefined {
    return this.model.classes.find((one) => one.name === name);
  }

  /** The columns of a class, as it and its bases declare them; the bases' come first. */
  declared(one: ClassModel): DeclaredColumn[] {
    return this.chain(one)
      .reverse()
      .flatMap((own) => columnsOf(own));
  }

  /** Of several declarations of a property TypeORM takes the base's. */
  columns(one: ClassModel): DeclaredColumn[] {
    const all = this.declared(one);
    return all.filter(
      (column, at) => all.findIndex(({ property }) => property === column.property) === at,
    );
  }

  part(one: ClassModel, part: DeclaredColumn["part"]): DeclaredColumn[] {
    return this.columns(one).filter((column) => column.part === part);
  }

  /** Whether an object of the class has both columns. */
  isSoft(one: ClassModel): boolean {
    return this.part(one, "date").length > 0 && this.part(one, "id").length > 0;
  }

  /** Whether rows of the class can be soft-deleted, by it or by another class on the table. */
  hasSoftRows(one: ClassModel): boolean {
    const others = this.model.classes.filter(
      (other) => other.role === "entity" && !other.top && this.table(other) === this.table(one),
    );
    return [one, ...others].some((other) => this.isSoft(other));
  }

  /** Whether some rows that the class reads can be: its own, or those of classes that extend it on its table. */
  hasSomeSoftRows(one: ClassModel): boolean {
    return this.model.classes.some(
      (other) =>
        this.table(other) === this.table(one) &&
        (this.chain(other).includes(one) || this.table(other) === this.table(one)) &&
        (this.chain(other).includes(one) || (other.role === "entity" && !other.top)) &&
        this.isSoft(other),
    );
  }

  /** The class by which the table is named. */
  table(one: ClassModel): string {
    if (one.role === "child") {
      const top = this.chain(one).find((base) => base.top);
      return top ? this.table(top) : one.name;
    }
    const shared = one.sharing === undefined ? undefined : this.model.classes[one.sharing];
    return shared ? this.table(shared) : one.name;
  }

  /** The relation of a class by its path, its own or a base's. */
  relation(one: ClassModel, path: string): RelationModel | undefined {
    for (const own of this.chain(one)) {
      const found = own.relations.find((relation) => pathOf(relation) === path);
      if (found) return found;
    }
    return undefined;
  }

  /** Whether a relation of the given path leads to another class from any class on the table. */
  leadsFromTable(one: ClassModel, path: string, target: ClassModel): boolean {
    return this.model.classes.some((other) => {
      const found = this.table(other) === this.table(one) && this.relation(other, path);
      return found && this.model.classes[found.target] === target;
    });
  }

  /** The policy that the nearest of the classes states. */
  policy(one: ClassModel, path: string): Policy {
    for (const own of this.chain(one)) {
      const found = own.relations.find((relation) => pathOf(relation) === path);
      if (own.restates?.property === path) return own.restates.policy;
      if (found?.policy !== undefined) return found.policy;
    }
    return undefined;
  }

  /** Whether any class states a policy for a property of its own or a base's, or a back reference has one. */
  statesPolicy(one: ClassModel, property: string): boolean {
    return (
      this.policy(one, property) !== undefined ||
      this.chain(one).some((own) =>
        this.model.classes.some((other) =>
          other.relations.some(
            (relation) =>
              relation.inverse === "policy" &&
              this.model.classes[relation.target] === own &&
              inverseName(other, relation) === property,
          ),
        ),
      )
    );
  }

  /** Whether TypeORM's own cascade of soft removal stands on either side of a relation. */
  cascades(one: ClassModel, path: string): boolean {
    return this.chain(one).some(
      (own) =>
        (own.tree !== undefined && path === "above") ||
        own.relations.some(
          (relation) =>
            pathOf(relation) === path &&
            (relation.inverse === "cascade" ||
              (relation.type === "one-to-one" && relation.cascade)),
        ),
    );
  }
}

/** The path of a relation. In an embedded class it has a name of its own: TypeORM mistakes columns of the same name. */
export function pathOf({ embedded, property }: RelationModel): string {
  return embedded ? `part_${property}.in_${property}` : property;
}

/** The property by which a target refers back. */
export function inverseName(holder: ClassModel, { property }: RelationModel): string {
  return `of_${holder.name}_${property}`;
}

function columnsOf({ name: by, soft }: ClassModel): DeclaredColumn[] {
  const date = (property: string, name: string, moment = true): DeclaredColumn => ({
    property,
    part: "date",
    name,
    moment,
    by,
  });
  const id = (property: string, name: string): DeclaredColumn => ({
    property,
    part: "id",
    name,
    moment: true,
    by,
  });
  const inherited = [date("deletedAt", "deletedAt"), id("deletionId", "deletionId")];
  switch (soft) {
    case "none":
      return [];
    case "soft":
      return inherited;
    case "both":
      return [date("goneAt", "gone_at"), id("goneId", "gone_id")];
    case "dateOnly":
      return [date("goneAt", "gone_at")];
    case "idOnly":
      return [id("goneId", "gone_id")];
    case "twoDates":
      return [...inherited, date("lostAt", "lost_at")];
    case "twoIds":
      return [...inherited, id("lostId", "lost_id")];
    case "restated":
      return [...inherited, date("deletedAt", "lost_at")];
    case "noMoment":
      return [date("goneAt", "gone_at", false), id("goneId", "gone_id")];
  }
}
