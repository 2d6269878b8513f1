// For a process that a test starts, by `node -r`: what ts-node does for each process anew, with what is made kept between them.
const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join, resolve } = require("node:path");

const config = resolve(module.path, "../../tsconfig.json");
const { version } = require("typescript/package.json");
const directory = join(tmpdir(), "typeorm-soft-delete-transpiled");
const common = version + readFileSync(config, "utf8");
mkdirSync(directory, { recursive: true });

function transpile(source, fileName) {
  // Loaded where it is needed alone: it takes longer than the rest together.
  const ts = require("typescript");
  const { options } = ts.convertCompilerOptionsFromJson(
    ts.readConfigFile(config, ts.sys.readFile).config.compilerOptions,
    resolve(config, ".."),
  );
  const compilerOptions = { ...options, inlineSourceMap: true, inlineSources: true };
  return ts.transpileModule(source, { fileName, compilerOptions }).outputText;
}

require.extensions[".ts"] = (loaded, file) => {
  const source = readFileSync(file, "utf8");
  const made = createHash("sha256").update(common).update(file).update(source).digest("hex");
  const cached = join(directory, `${made}.js`);
  if (!existsSync(cached)) {
    const own = `${cached}.${process.pid}`;
    writeFileSync(own, transpile(source, file));
    // Whoever else makes it never sees half of it.
    renameSync(own, cached);
  }
  loaded._compile(readFileSync(cached, "utf8"), file);
};
