import { canStart, startOwnServer, type OwnServer } from "../harness/own-servers";
import { isAskedFor } from "./databases";
import { OPERATIONS } from "./operations";
import { prove } from "./prove";

const NAMES = ["softDelete", "restore"];
const OWN_AND_NATIVE = OPERATIONS.filter(({ name }) => NAMES.includes(name));

for (const database of (["postgres", "mariadb", "mysql"] as const).filter(isAskedFor)) {
  const describeThere = canStart(database) ? describe : describe.skip;

  describeThere(`npm run faults on a ${database} of its own`, () => {
    let server: OwnServer;

    beforeAll(async () => {
      server = await startOwnServer(database);
    });
    afterAll(() => server.stop());

    it("finds nothing wrong where the server is killed", async () => {
      const result = await prove({
        ...{ database, server, operations: OWN_AND_NATIVE },
        ...{ faults: 4, seed: 1, kills: 4 },
      });

      const kinds = Object.keys(result.tried).map((name) => name.split(" ")[1]);
      expect(new Set(kinds)).toEqual(new Set(["server-killed", "server-restarted"]));
      expect(result.wrong).toEqual([]);
    });
  });
}
