import { sql, type Sql } from "./sql";

/** How MySQL and MariaDB write single expressions. */
export class MysqlExpressions {
  withVersion(deletionId: string, digit: string): Sql {
    return sql`INSERT(${deletionId}, 15, 1, '${digit}')`;
  }

  versionOf(deletionId: string): Sql {
    return sql`SUBSTRING(${deletionId}, 15, 1)`;
  }

  secondsAgo(seconds: number): Sql {
    return sql`CURRENT_TIMESTAMP - INTERVAL ${String(Math.ceil(seconds))} SECOND`;
  }

  asText(moment: Sql): Sql {
    return sql`CAST(${moment} AS CHAR)`;
  }

  fromText(text: Sql): Sql {
    return sql`CAST(${text} AS DATETIME(6))`;
  }

  typed(_column: unknown, parameter: Sql): Sql {
    return parameter;
  }

  // Both are told for the whole statement, where they have to be.
  lookup(condition: Sql): Sql {
    return condition;
  }
}
