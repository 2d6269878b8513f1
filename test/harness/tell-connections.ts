import type { DataSource } from "typeorm";

/** What the pools of pg and mysql2 tell of each connection that they open. */
interface Pool {
  on(
    event: "connect" | "connection",
    listener: (connection: { query(text: string): unknown }) => void,
  ): void;
}

/** Sends a statement over every connection of a data source, those that its pool opens later too. */
export async function tellConnections(dataSource: DataSource, statement: string): Promise<void> {
  const { pool, master } = dataSource.driver as unknown as { pool?: Pool; master?: Pool };
  const tell = (connection: { query(text: string): unknown }): void => {
    void connection.query(statement);
  };
  pool?.on("connection", tell);
  master?.on("connect", tell);
  // The first connection was there before.
  await dataSource.query(statement);
}
