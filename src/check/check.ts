import type { CheckFinding } from "./finding";
import { indexFindings } from "./indexes";
import { relationFindings } from "./relations";
import { closureFindings, pairingFindings } from "./rows";
import { setUpFindings } from "./set-up";
import { uniqueKeyFindings } from "./unique-keys";
import {
  loadTables,
  missingColumnFindings,
  unmappedDeleteDateFindings,
} from "./unmapped-delete-dates";
import type { Session } from "../session/session";

/** Everything that breaks a law or will surprise, errors first. Reads only. @internal */
export async function check(session: Session): Promise<CheckFinding[]> {
  const { dialect, graph, manager } = session;
  const tables = await loadTables(session);
  const missing = missingColumnFindings(graph, tables);
  const ofRows =
    missing.length > 0
      ? missing
      : [...(await pairingFindings(session)), ...(await closureFindings(session))];
  const findings = [
    ...ofRows,
    ...unmappedDeleteDateFindings(graph, tables),
    ...setUpFindings(manager.dataSource, graph),
    ...uniqueKeyFindings(graph, dialect),
    ...indexFindings(graph, dialect),
    ...relationFindings(graph),
  ];
  return findings.sort((one, other) => rank(one) - rank(other));
}

function rank({ severity }: CheckFinding): number {
  return severity === "error" ? 0 : 1;
}
