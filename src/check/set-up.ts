import type { DataSource } from "typeorm";

import { SoftDeleteConfigurationError } from "../errors";
import type { SoftDeleteGraph } from "../plan/soft-delete-graph";
import { refuseUndecorated, SETTINGS } from "../session/settings";
import { dialectOf } from "../sql";
import { databaseType } from "../typeorm/column-types";
import type { CheckFinding } from "./finding";

/** The subscriber, and columns that cannot hold a moment. @internal */
export function setUpFindings(dataSource: DataSource, graph: SoftDeleteGraph): CheckFinding[] {
  return [...subscriberFindings(dataSource), ...timestampFindings(dataSource, graph)];
}

function subscriberFindings(dataSource: DataSource): CheckFinding[] {
  const ignored = ignoredSubscriber(dataSource);
  if (ignored !== undefined) {
    return [
      {
        code: "subscriber-ignored",
        severity: "error",
        entity: "*",
        message: ignored,
        remedy: "Add @EventSubscriber() to that class.",
      },
    ];
  }
  if (dataSource.subscribers.some((subscriber) => SETTINGS in subscriber)) return [];
  return [
    {
      code: "subscriber-missing",
      severity: "error",
      entity: "*",
      message: "TypeORM's own soft deletes and restores do not cascade, and break the laws.",
      remedy: "Add SoftDeleteSubscriber to the subscribers of the data source.",
    },
  ];
}

function ignoredSubscriber(dataSource: DataSource): string | undefined {
  try {
    refuseUndecorated(dataSource);
    return undefined;
  } catch (error) {
    if (error instanceof SoftDeleteConfigurationError) return error.message;
    throw error;
  }
}

function timestampFindings(dataSource: DataSource, graph: SoftDeleteGraph): CheckFinding[] {
  const dialect = dialectOf(dataSource);
  return graph.softDeletable.flatMap(({ name, softDelete }) => {
    const type = databaseType(dataSource, softDelete.deletedAt);
    const remedy = dialect.zoneRemedy(type);
    if (remedy === undefined) return [];
    return {
      code: "timestamp-without-time-zone",
      severity: "warning",
      entity: name,
      message: `${name}.${softDelete.deletedAt.propertyPath} (${type}) goes without a time zone: processes in different time zones, and TypeORM's own soft deletes, read and write it hours apart.`,
      remedy,
    };
  });
}
