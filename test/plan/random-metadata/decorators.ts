import {
  ChildEntity,
  Column,
  DeleteDateColumn,
  Entity,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  TableInheritance,
  Tree,
  TreeChildren,
  TreeParent,
  ViewColumn,
  ViewEntity,
  type RelationOptions,
} from "typeorm";

import { DeletionIdColumn, OnSoftDelete, SoftDeletable, withSoftDelete } from "../../../src";
import type { ClassModel, Model, RelationModel } from "./model";
import { inverseName, pathOf } from "./truth";

type Class = new () => object;

/** The classes of a model, those that are entities of a data source. */
export function decorated(model: Model): Class[] {
  const classes: Class[] = [];
  for (const one of model.classes) classes.push(create(one, classes));
  model.classes.forEach((one, index) => {
    const own = classes[index];
    if (!own) return;
    for (const relation of one.relations) relate(model, classes, one, own, relation);
    if (one.restates)
      OnSoftDelete(one.restates.policy)(own.prototype as object, one.restates.property);
  });
  return classes.filter((_, index) => model.classes[index]?.role !== "abstract");
}

function create(one: ClassModel, before: readonly Class[]): Class {
  const base = one.base === undefined ? undefined : before[one.base];
  const own = named(one.name, extended(one, base));
  const prototype = own.prototype as object;
  if (one.role === "view") {
    if (one.top) PrimaryColumn("int")(prototype, "id");
    else ViewColumn()(prototype, "id");
    ViewEntity({ expression: "SELECT 1 AS id", name: one.name })(own);
    return own;
  }
  if (!base) PrimaryColumn("int")(prototype, "id");
  addColumns(one, prototype);
  if (one.tree) {
    Tree(one.tree)(own);
    TreeParent()(prototype, "above");
    TreeChildren({ cascade: true })(prototype, "below");
  }
  if (one.role === "entity") {
    const shares = one.sharing !== undefined;
    Entity({ name: shares ? tableOf(before[one.sharing]) : one.name, synchronize: !shares })(own);
    tables.set(own, shares ? tableOf(before[one.sharing]) : one.name);
    if (one.top) TableInheritance({ column: { type: "varchar", name: "kind" } })(own);
  }
  if (one.role === "child") ChildEntity()(own);
  return own;
}

const tables = new WeakMap<Class, string>();

function tableOf(own: Class | undefined): string {
  return (own && tables.get(own)) ?? "";
}

function extended({ soft }: ClassModel, base: Class | undefined): Class {
  const isSoft = ["soft", "twoDates", "twoIds", "restated"].includes(soft);
  if (!isSoft) return base ?? Object;
  return (base ? withSoftDelete(base) : SoftDeletable) as Class;
}

function named(name: string, base: Class): Class {
  class Own extends base {}
  Object.defineProperty(Own, "name", { value: name });
  return Own;
}

function addColumns({ soft }: ClassModel, prototype: object): void {
  const date = (property: string, name: string): void => {
    DeleteDateColumn({ name })(prototype, property);
  };
  if (["both", "dateOnly"].includes(soft)) date("goneAt", "gone_at");
  if (["both", "idOnly", "noMoment"].includes(soft))
    DeletionIdColumn({ name: "gone_id" })(prototype, "goneId");
  if (soft === "twoDates") date("lostAt", "lost_at");
  if (soft === "twoIds") DeletionIdColumn({ name: "lost_id" })(prototype, "lostId");
  if (soft === "restated") date("deletedAt", "lost_at");
  if (soft === "noMoment") DeleteDateColumn({ name: "gone_at", type: "int" })(prototype, "goneAt");
}

function relate(
  model: Model,
  classes: readonly Class[],
  one: ClassModel,
  own: Class,
  relation: RelationModel,
): void {
  const { embedded, policy } = relation;
  const [part, inner] = pathOf(relation).split(".");
  const property = inner ?? relation.property;
  const target = classes[relation.target] as unknown as () => unknown;
  let prototype = own.prototype as object;
  if (embedded) {
    const own = named(`Part${one.name}${property}`, Object);
    Column(() => own)(prototype, part ?? "");
    prototype = own.prototype as object;
  }
  const options: RelationOptions = {
    cascade: relation.cascade,
    createForeignKeyConstraints: relation.constraint,
    nullable: true,
  };
  const holder = holderOf(model, classes, own);
  const back = relation.inverse !== "none" && holder ? inverseName(one, relation) : undefined;
  switch (relation.type) {
    case "many-to-one":
      ManyToOne(() => target, back, options)(prototype, property);
      break;
    case "one-to-one":
      OneToOne(() => target, back, options)(prototype, property);
      JoinColumn()(prototype, property);
      break;
    case "many-to-many":
      ManyToMany(() => target, options)(prototype, property);
      JoinTable()(prototype, property);
  }
  if (policy) OnSoftDelete(policy)(prototype, property);
  if (!back || !holder || relation.type === "many-to-many") return;
  referBack(target.prototype as object, back, holder, relation);
}

/** The first entity that has the relations of a class, which may be abstract. */
function holderOf(model: Model, classes: readonly Class[], own: Class): Class | undefined {
  return classes.find(
    (other, index) =>
      model.classes[index]?.role !== "abstract" &&
      (other === own || Object.prototype.isPrototypeOf.call(own, other)),
  );
}

function referBack(prototype: object, name: string, holder: Class, relation: RelationModel): void {
  const { inverse, type } = relation;
  const path = pathOf(relation);
  const options: RelationOptions = inverse === "cascade" ? { cascade: ["soft-remove"] } : {};
  if (type === "many-to-one")
    OneToMany(() => holder as unknown as () => unknown, path, options)(prototype, name);
  else OneToOne(() => holder as unknown as () => unknown, path, options)(prototype, name);
  if (inverse === "policy") OnSoftDelete("CASCADE")(prototype, name);
}
