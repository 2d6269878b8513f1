// An application that uses both module systems: what it imports and what it requires is the same.
import { createRequire } from "node:module";

import * as imported from "typeorm-soft-delete";

const required = createRequire(import.meta.url)("typeorm-soft-delete");
const names = Object.keys(required);
const different = names.filter((name) => imported[name] !== required[name]);

console.log(JSON.stringify({ names, different }));
