export { describeEachDatabase, describeEachDriver } from "./describe-each-database";
export { recordStatements, statementsOf, type StatementRecording } from "./record-statements";
export type { DatabaseName, ServerName } from "./sandbox";
export { tellConnections } from "./tell-connections";
export { series } from "./series";
export { SnakeNamingStrategy } from "./snake-naming-strategy";
export type { TestDatabase, TestDataSourceOptions, TestEntities } from "./test-database";
export { later } from "./later";
