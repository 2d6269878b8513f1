import "reflect-metadata";
import { DataSource, type DataSourceOptions } from "typeorm";

import type { DatabaseName, Sandbox, ServerName } from "./sandbox";

export type TestEntities = NonNullable<DataSourceOptions["entities"]>;

/** Any data source options; `file` puts a SQLite database in a file that `connect` can share. */
export type TestDataSourceOptions = Partial<DataSourceOptions> & { readonly file?: boolean };

export interface TestDatabase {
  readonly name: DatabaseName;
  /** Which of the family it is. */
  readonly server: ServerName;
  /**
   * An initialized data source on an empty, synchronized schema of this test file's own. It is
   * destroyed after the test, or after the `describe` when opened in `beforeAll`. At most one at a
   * time: it empties what an earlier one worked on.
   */
  open(entities: TestEntities, options?: TestDataSourceOptions): Promise<DataSource>;
  /**
   * Another data source (as if another process) onto what `open` prepared, as it is: neither emptied
   * nor synchronized. On SQLite `open` needs `{ file: true }` for that.
   */
  connect(entities: TestEntities, options?: TestDataSourceOptions): Promise<DataSource>;
}

/** Registers the hooks that clean up, around the cases of `body`. */
export function runOnDatabase(
  name: DatabaseName,
  server: ServerName,
  sandbox: Sandbox,
  body: (database: TestDatabase) => void,
): void {
  const openedInHooks: DataSource[] = [];
  const openedInTest: DataSource[] = [];
  let inTest = false;

  async function initialize(options: DataSourceOptions): Promise<DataSource> {
    const dataSource = new DataSource(options);
    (inTest ? openedInTest : openedInHooks).push(dataSource);
    return dataSource.initialize();
  }

  function merged(entities: TestEntities, { file, ...options }: TestDataSourceOptions) {
    const base = sandbox.options(file ?? false);
    const extra: unknown = { ...(base.extra as object), ...(options.extra as object) };
    return { ...base, ...options, entities, extra } as DataSourceOptions;
  }

  const database: TestDatabase = {
    name,
    server,
    async open(entities, options = {}) {
      if ([...openedInHooks, ...openedInTest].some((dataSource) => dataSource.isInitialized)) {
        throw new Error(
          "open() would empty the schema of a data source that is still open: destroy that one first, or use connect().",
        );
      }
      await sandbox.reset();
      return initialize({ synchronize: true, ...merged(entities, options) });
    },
    async connect(entities, options = {}) {
      return initialize({ ...merged(entities, { file: true, ...options }), synchronize: false });
    },
  };

  beforeEach(() => {
    inTest = true;
  });
  body(database);
  // Registered last, so that the hooks of `body` still find their data sources open.
  afterEach(async () => {
    inTest = false;
    await destroyAll(openedInTest);
  });
  afterAll(async () => {
    await destroyAll(openedInHooks);
    await sandbox.drop();
  });
}

async function destroyAll(dataSources: DataSource[]): Promise<void> {
  for (const dataSource of dataSources.splice(0)) {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}
