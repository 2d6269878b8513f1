import { Column, Entity, Index, ManyToOne, PrimaryGeneratedColumn, type Logger } from "typeorm";

import {
  getSoftDeleteRepository,
  OnSoftDelete,
  SoftDeletable,
  SoftDeleteSubscriber,
} from "../../src";
import { describeEachDatabase } from "../harness";

@Entity()
class Shelf extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
}

@Entity()
class Book extends SoftDeletable {
  @PrimaryGeneratedColumn() id!: number;
  @Index() @ManyToOne(() => Shelf) @OnSoftDelete("CASCADE") shelf!: Shelf;
}

/** What it does on a cluster: test/clusters/galera.test.ts. */
describeEachDatabase("lockByWriting(), on a server that is no cluster,", (database) => {
  it("writes nothing, and asks once for each data source", async () => {
    const statements: string[] = [];
    const dataSource = await database.open([Shelf, Book], {
      subscribers: [SoftDeleteSubscriber.with({ guardReferences: true })],
    });
    dataSource.logger = {
      ...silent,
      logQuery: (query) => void statements.push(query),
    };
    const { manager } = dataSource;
    const shelf = await manager.save(Shelf, { name: "top" });
    const books = getSoftDeleteRepository(dataSource, Book);
    for (let round = 0; round < 3; round++) {
      const { id } = await manager.save(Book, { shelf });
      await books.softDelete(id);
      await books.restore(id);
    }

    const asked = statements.filter((statement) => statement.includes("wsrep_on"));
    expect(asked).toHaveLength(database.name === "mysql" ? 1 : 0);
    expect(statements.filter((one) => /^UPDATE.*\bshelf\b.* SET/is.test(one))).toEqual([]);
  });
});

const nothing = (): void => undefined;

const silent: Logger = {
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
};
