import { AbstractLogger, type LogLevel, type LogMessage } from "typeorm";

import { logError } from "../../src/typeorm/error-log";
import { describeEachDatabase } from "../harness";
import { openOnce, Tag } from "./entities";
import { leaning } from "./leaning";

let written: string[] = [];

class Writing extends AbstractLogger {
  protected override writeLog(level: LogLevel, message: LogMessage | string | number): void {
    const messages = this.prepareLogMessages(message, { highlightSql: false });
    written.push(...messages.map((one) => `${one.type ?? level} ${String(one.message)}`));
  }
}

describeEachDatabase("error-log", (database) => {
  const opened = openOnce(database, [Tag], { logger: new Writing(["error"]) });

  leaning("src/typeorm/error-log.ts", "src/record/commit-callbacks.ts").itStill(
    "writes what logQueryError() is told where only errors are logged",
    () => {
      written = [];
      const runner = opened.dataSource.createQueryRunner();
      logError(runner, "somewhere", new Error("broken"));
      opened.dataSource.logger.log("warn", "a warning");
      return runner.release().then(() => written);
    },
    ["query-error somewhere", "query-error Error: broken"],
  );
});
