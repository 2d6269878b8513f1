import type { DataSource, DeepPartial, EntityTarget, ObjectLiteral } from "typeorm";

import { getSoftDeleteRepository, SoftDeleteSubscriber } from "../../src";

export const SUBSCRIBED = { subscribers: [SoftDeleteSubscriber] };

/** A new row, saved. */
export function save<Entity extends ObjectLiteral>(
  dataSource: DataSource,
  entity: EntityTarget<Entity>,
  values: DeepPartial<Entity> = {} as DeepPartial<Entity>,
): Promise<Entity> {
  const repository = dataSource.getRepository(entity);
  return repository.save(repository.create(values));
}

/** Whether the rows of each entity are deleted, in the order of their primary key. */
export async function states(
  dataSource: DataSource,
  ...entities: EntityTarget<ObjectLiteral>[]
): Promise<boolean[][]> {
  const all: boolean[][] = [];
  for (const entity of entities) {
    const { deleteDateColumn, primaryColumns } = dataSource.getMetadata(entity);
    const order = Object.fromEntries(primaryColumns.map((column) => [column.propertyName, "ASC"]));
    const found = await dataSource
      .getRepository(entity)
      .find({ withDeleted: true, order, loadEagerRelations: false });
    all.push(found.map((row) => (deleteDateColumn?.getEntityValue(row) ?? null) !== null));
  }
  return all;
}

/**
 * Deletes one row and restores it, by the repository and by TypeORM's own calls, and expects these states in between, of
 * the entity itself and of the others. The data source has to have the subscriber.
 */
export async function expectRoundTrip(
  dataSource: DataSource,
  entity: EntityTarget<ObjectLiteral>,
  id: unknown,
  others: EntityTarget<ObjectLiteral>[],
  between: boolean[][],
): Promise<void> {
  const before = await states(dataSource, entity, ...others);
  const repositories = [
    getSoftDeleteRepository(dataSource, entity),
    dataSource.getRepository(entity),
  ];
  for (const repository of repositories) {
    await repository.softDelete(id as string);
    expect(await states(dataSource, entity, ...others)).toEqual(between);
    await repository.restore(id as string);
    expect(await states(dataSource, entity, ...others)).toEqual(before);
  }
  const repository = getSoftDeleteRepository(dataSource, entity);
  const { deletionId } = await repository.softDelete(id as string);
  await repository.restoreDeletion(deletionId ?? "");
  expect(await states(dataSource, entity, ...others)).toEqual(before);
}
