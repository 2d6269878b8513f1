/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- TypeORM takes the options of an EntitySchema as a literal */
import { EntitySchema, type EntitySchemaOptions, type EntitySchemaRelationOptions } from "typeorm";

import { softDeleteSchema, softDeleteSchemaColumns, type SoftDeletePolicy } from "../../../src";
import type { ClassModel, Model, RelationModel } from "./model";
import { inverseName } from "./truth";

type Class = new () => object;

/** The schemas of a model that is to have no decorators. */
export function schemas(model: Model): EntitySchema[] {
  const classes: Class[] = [];
  for (const { name, base } of model.classes) {
    const extended = (base === undefined ? undefined : classes[base]) ?? Object;
    const own = class extends extended {};
    Object.defineProperty(own, "name", { value: name });
    classes.push(own);
  }
  return model.classes.map((one, index) => {
    const policies = Object.fromEntries(policiesOf(one));
    const schema = new EntitySchema(optionsOf(model, one, classes[index]));
    return softDeleteSchema(schema, { policies });
  });
}

function optionsOf(
  model: Model,
  one: ClassModel,
  target: Class | undefined,
): EntitySchemaOptions<unknown> {
  const id = one.base === undefined ? { id: { type: "int", primary: true } as const } : {};
  const soft = one.soft === "none" ? {} : softDeleteSchemaColumns;
  return {
    name: one.name,
    ...(target ? { target } : {}),
    columns: { ...id, ...soft },
    relations: Object.fromEntries([...relationsOf(model, one), ...backOf(model, one)]),
    ...typeOf(model, one),
  };
}

function typeOf(model: Model, one: ClassModel): Partial<EntitySchemaOptions<unknown>> {
  if (one.role === "view") return { type: "view", expression: "SELECT 1 AS id" };
  if (one.role === "child") return { type: "entity-child", discriminatorValue: one.name };
  const shared = one.sharing === undefined ? undefined : model.classes[one.sharing];
  return {
    tableName: shared?.name ?? one.name,
    synchronize: !shared,
    ...(one.top
      ? {
          inheritance: { pattern: "STI", column: { name: "kind", type: "varchar" } },
          discriminatorValue: one.name,
        }
      : {}),
  };
}

function policiesOf({ relations, restates }: ClassModel): [string, SoftDeletePolicy][] {
  const own = relations.flatMap(({ property, policy }): [string, SoftDeletePolicy][] =>
    policy ? [[property, policy]] : [],
  );
  return [
    ...own,
    ...(restates ? [[restates.property, restates.policy] as [string, SoftDeletePolicy]] : []),
  ];
}

function relationsOf(model: Model, one: ClassModel): [string, EntitySchemaRelationOptions][] {
  return one.relations.map((relation) => {
    const { type, cascade, constraint, target } = relation;
    const back =
      relation.inverse === "none" || type === "many-to-many"
        ? undefined
        : inverseName(one, relation);
    return [
      relation.property,
      {
        type,
        target: model.classes[target]?.name ?? "",
        cascade,
        createForeignKeyConstraints: constraint,
        ...(back ? { inverseSide: back } : {}),
        ...(type === "one-to-one" ? { joinColumn: true } : {}),
        ...(type === "many-to-many" ? { joinTable: true } : {}),
      },
    ];
  });
}

function backOf(model: Model, one: ClassModel): [string, EntitySchemaRelationOptions][] {
  const isBack = ({ type, target, inverse }: RelationModel): boolean =>
    type !== "many-to-many" && inverse !== "none" && model.classes[target] === one;
  return model.classes.flatMap((holder) =>
    holder.relations.filter(isBack).map((relation): [string, EntitySchemaRelationOptions] => [
      inverseName(holder, relation),
      {
        type: relation.type === "many-to-one" ? "one-to-many" : "one-to-one",
        target: holder.name,
        inverseSide: relation.property,
        ...(relation.inverse === "cascade" ? { cascade: ["soft-remove"] } : {}),
      },
    ]),
  );
}
