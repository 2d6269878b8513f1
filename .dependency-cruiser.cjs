// The rooms of src, from the top down: an import points into the same room, or into one further down.
const LAYERS = [
  ["index.ts"],
  ["native", "repository"],
  ["manager"],
  ["delete", "restore", "remove", "purge", "check", "settle"],
  ["record"],
  ["rows"],
  ["session"],
  ["sql"],
  ["plan"],
  ["entity"],
  ["typeorm"],
  ["errors"],
];

const pathOf = (layer) => `^src/(${layer.join("|").replaceAll(".", "\\.")})(/|$)`;

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "every-file-in-a-room",
      severity: "error",
      from: { path: "^src/", pathNot: LAYERS.map(pathOf) },
      to: {},
    },
    ...LAYERS.slice(1).map((layer, index) => ({
      name: `nothing-above-${layer.join("-")}`,
      severity: "error",
      from: { path: pathOf(layer) },
      to: { path: LAYERS.slice(0, index + 1).map(pathOf) },
    })),
    {
      name: "one-door-to-typeorm",
      comment: "Its documented API is imported by the name of the package.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/typeorm/" },
      to: { path: "node_modules/typeorm/.+/", pathNot: "node_modules/typeorm/index" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    // Imports of types count.
    tsPreCompilationDeps: true,
  },
};
