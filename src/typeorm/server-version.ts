import type { DataSource } from "typeorm";

/** Whether the server is MariaDB, whatever type the data source states: it counts from 10, MySQL has not come that far. @internal */
export function isMariaDb(dataSource: DataSource): boolean {
  return serverVersion(dataSource)[0] >= 10;
}

/**
 * The server's version, such as 10.11 or 8.0; 0.0 before the data source is connected.
 *
 * Leans on `Driver.version`, which not every driver sets: those of MySQL, MariaDB and PostgreSQL do.
 *
 * @internal
 */
export function serverVersion({ driver }: DataSource): [major: number, minor: number] {
  const [major = 0, minor = 0] = (driver.version ?? "0")
    .split(".")
    .map((part) => parseInt(part, 10));
  return [major, minor];
}
