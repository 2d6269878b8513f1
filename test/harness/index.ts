export { describeEachDatabase } from "./describe-each-database";
export { recordStatements, statementsOf, type StatementRecording } from "./record-statements";
export type { DatabaseName } from "./sandbox";
export type { TestDatabase, TestDataSourceOptions, TestEntities } from "./test-database";
