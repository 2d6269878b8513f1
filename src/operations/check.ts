import type { CheckFinding } from "./check/finding";
import { indexFindings } from "./check/indexes";
import { relationFindings } from "./check/relations";
import { closureFindings, pairingFindings } from "./check/rows";
import { setUpFindings } from "./check/set-up";
import { uniqueKeyFindings } from "./check/unique-keys";
import type { Session } from "./session";

/** Everything that breaks a law or will surprise, errors first. Reads only. @internal */
export async function check(session: Session): Promise<CheckFinding[]> {
  const { dialect, graph, manager } = session;
  const findings = [
    ...(await pairingFindings(session)),
    ...(await closureFindings(session)),
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
