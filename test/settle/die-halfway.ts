import "reflect-metadata";
import { DataSource, EventSubscriber, type AfterQueryEvent, type DataSourceOptions } from "typeorm";

import { SoftDeleteSubscriber } from "../../src";
import { BLOG, User } from "../laws/entities";

/** Dies once the first UPDATE is done, before anything can follow it. */
@EventSubscriber()
class Death {
  afterQuery({ query }: AfterQueryEvent): void {
    if (query.startsWith("UPDATE")) process.kill(process.pid, "SIGKILL");
  }
}

/** A process that is killed in the midst of TypeORM's own call, outside a transaction. */
async function main(call: string, options: DataSourceOptions): Promise<void> {
  const subscribers = [SoftDeleteSubscriber, Death];
  const dataSource = await new DataSource({
    ...options,
    entities: BLOG,
    subscribers,
  }).initialize();
  const users = dataSource.getRepository(User);
  const user = await users.findOneOrFail({ where: { id: 1 }, withDeleted: true });
  if (call === "recover") await users.recover(user, { transaction: false });
  else await users.softRemove(user, { transaction: false });
}

const [call = "", options = ""] = process.argv.slice(2);
void main(call, JSON.parse(options) as DataSourceOptions);
