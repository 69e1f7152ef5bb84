import { readFileSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { run } from "../../../scripts/support/process.ts";

const folder = join(import.meta.dirname, "..");
const root = join(folder, "../..");
const source = join(folder, "src");
const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { readonly [field: string]: object };

const bundle = async (contents: string) =>
  build({
    stdin: { contents, resolveDir: source, loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    target: "node22",
    logLevel: "silent",
  });

test("the manifest has no dependencies of any kind", () => {
  const kinds = [
    "dependencies",
    "peerDependencies",
    "optionalDependencies",
    "bundleDependencies",
    "bundledDependencies",
  ];
  expect(kinds.filter((kind) => kind in manifest)).toEqual([]);
});

test("nothing outside node: is imported, by any file, in any way", async () => {
  const files = (await readdir(source, { recursive: true })).filter((file) => file.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(40);
  const outside = files.flatMap((file) =>
    [...readFileSync(join(source, file), "utf8").matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*"([^"]+)"/g)]
      .map(([, specifier = ""]) => specifier)
      .filter((specifier) => !/^(\.{1,2}\/.*\.ts|node:[\w/]+)$/.test(specifier))
      .map((specifier) => `${file} imports ${specifier}`),
  );
  expect(outside).toEqual([]);
  const { metafile } = await bundle(files.map((file) => `import ${JSON.stringify(`./${file}`)};`).join("\n"));
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  expect(imported.filter((path) => !path.startsWith("node:"))).toEqual([]);
});

test("createAgent and drainHttpServer, tree-shaken and minified, are below 14 kB", async () => {
  const { outputFiles } = await bundle(
    `import { createAgent, drainHttpServer } from "./index.ts"; import { createServer } from "node:http";
     const agent = createAgent(); agent.onDrain("http", drainHttpServer(createServer())); await agent.start();`,
  );
  const size = outputFiles[0]?.contents.length ?? 0;
  expect(size).toBeGreaterThan(1_000);
  expect(size).toBeLessThan(14_000);
});

describe("as a consumer has it", () => {
  const consumer = `
    import { createServer } from "node:http";
    import { createAgent, drainHttpServer, type Notice } from "@spotkeeper/agent";
    import { expressHealth } from "@spotkeeper/agent/express";
    import { drainFastify } from "@spotkeeper/agent/fastify";
    import { honoHealth } from "@spotkeeper/agent/hono";
    import { drainHttp2Server } from "@spotkeeper/agent/http2";
    import { drainWebSocketServer } from "@spotkeeper/agent/ws";
    import { drainGrpcServer } from "@spotkeeper/agent/grpc";
    import { drainSqsConsumer } from "@spotkeeper/agent/sqs";
    import { drainBullWorker } from "@spotkeeper/agent/bullmq";
    import { drainPool, drainWorkerPool } from "@spotkeeper/agent/pool";
    import { checkpoint, fileStore, restore } from "@spotkeeper/agent/checkpoint";
    import { createControl } from "@spotkeeper/agent/control";
    import { tellController } from "@spotkeeper/agent/controller";
    import { runDaemon } from "@spotkeeper/agent/daemon";
    const server = createServer();
    const agent = createAgent({ budgets: { finish: 20_000 } });
    agent.onDrain("http", drainHttpServer(server));
    agent.onDrain("jobs", async ({ signal, remaining }) => { signal.throwIfAborted(); remaining().toFixed(); }, { phase: "finish", budget: 60_000 });
    agent.on("notice", (notice: Notice) => notice.deadline);
    // @ts-expect-error: there is no such event
    agent.on("notce", () => {});
    // @ts-expect-error: there is no such phase
    agent.onDrain("x", () => {}, { phase: "end" });
    const store = fileStore("/var/lib/x");
    agent.onDrain("state", checkpoint("state", () => 1, { store }));
    const state: Promise<unknown> = restore("state", { store, once: true });
    export const all: unknown[] = [expressHealth, drainFastify, honoHealth, drainHttp2Server, drainWebSocketServer, drainGrpcServer,
      drainSqsConsumer, drainBullWorker, drainPool, drainWorkerPool, createControl, tellController, runDaemon, state];
    void agent.start();
  `;

  test.each(["nodenext", "bundler"])(
    "its types serve TypeScript 5 (moduleResolution %s)",
    { timeout: 120_000 },
    async (resolution) => {
      // The checker of published types brings a TypeScript 5 along.
      const attw = createRequire(
        createRequire(join(root, "package.json")).resolve("@arethetypeswrong/cli/package.json"),
      );
      const core = createRequire(attw.resolve("@arethetypeswrong/core"));
      const compiler = core.resolve("typescript/lib/tsc.js");
      const built = await run(join(root, "node_modules/.bin/tsc"), ["-b", folder], {
        output: "keep",
        deadline: 100_000,
      });
      expect(built).toEqual({ code: 0, output: "" });
      const place = await mkdtemp(join(root, ".cache/agent-types-"));
      try {
        const module = resolution === "nodenext" ? "nodenext" : "esnext";
        const compilerOptions = {
          module,
          moduleResolution: resolution,
          target: "es2022",
          strict: true,
          noEmit: true,
          skipLibCheck: false,
          types: ["node"],
          exactOptionalPropertyTypes: true,
        };
        await writeFile(join(place, "package.json"), `{"type":"module"}`);
        await writeFile(join(place, "use.ts"), consumer);
        await writeFile(join(place, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["use.ts"] }));
        const version = await run(process.execPath, [compiler, "--version"], { output: "keep", deadline: 20_000 });
        expect(version.output).toMatch(/^Version 5\./);
        const checked = await run(process.execPath, [compiler, "-p", place], { output: "keep", deadline: 100_000 });
        const ours = checked.output.split("\n").filter((line) => /packages\/agent|use\.ts/.test(line));
        expect(ours).toEqual([]);
        expect(checked.output).not.toContain("error TS6053");
      } finally {
        await rm(place, { recursive: true, force: true });
      }
    },
  );
});
