// Run as a process of its own: soft-deletes users, each at a given moment, under the time zone of its environment.
import "reflect-metadata";
import { DataSource, type DataSourceOptions } from "typeorm";

import { SoftDeleteManager, SoftDeleteSubscriber } from "../../src";
import { BLOG, User } from "./entities";

interface Task {
  readonly options: DataSourceOptions;
  readonly deletions: readonly { readonly id: number; readonly time: string }[];
}

async function main({ options, deletions }: Task): Promise<void> {
  let now = "";
  const clock = (): Date => new Date(now);
  const subscribers = [SoftDeleteSubscriber.with({ clock })];
  const dataSource = new DataSource({
    ...options,
    entities: BLOG,
    subscribers,
    synchronize: false,
    dropSchema: false,
  });
  await dataSource.initialize();
  for (const { id, time } of deletions) {
    now = time;
    await new SoftDeleteManager(dataSource).softDelete(User, id);
  }
  await dataSource.destroy();
}

void main(JSON.parse(process.argv[2] ?? "") as Task);
