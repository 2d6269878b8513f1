/** What is used of the driver, which comes without types. */
declare module "better-sqlite3" {
  interface Statement {
    /** Whether it has rows. */
    readonly reader: boolean;
    run(): unknown;
    all(): unknown[];
  }

  export default class Database {
    constructor(file: string, options: { readonly timeout: number });
    prepare(statement: string): Statement;
    close(): void;
  }
}
