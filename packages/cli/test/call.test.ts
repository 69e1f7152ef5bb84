import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { commands } from "../src/commands/index.ts";
import { createProgram } from "../src/program.ts";
import { warning } from "./messages.ts";
import { folder, spotkeeper, start } from "./support.ts";

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8")) as {
  version: string;
};

test("--version and --help answer on standard output, before and after a command", async () => {
  for (const args of [["--version"], ["explain", "--version"]]) {
    expect(await spotkeeper(args)).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  }
  const help = await spotkeeper(["--help"]);
  expect(help).toMatchObject({ code: 0, stderr: "" });
  expect(help.stdout).toMatch(/^Usage: spotkeeper /);
});

test("every command and subcommand has a description, and its help tells of the common options", () => {
  const program = createProgram({ out: () => {}, err: () => {}, width: 80 }, () => () => Promise.resolve());
  expect(program.commands).toHaveLength(commands.length);
  for (const command of program.commands.flatMap((one) => [one, ...one.commands])) {
    expect(command.description()).not.toBe("");
    expect(command.helpInformation()).toMatch(/--config[^]*--output/);
  }
});

test.each([
  [["expalin"], /unknown command 'expalin'\n\(Did you mean explain\?\)/],
  [["explain", "--strct"], /unknown option '--strct'\n\(Did you mean --strict\?\)/],
  [["explain", "--output", "xml"], /Allowed choices are text, json/],
  [["facts", "--output", "text"], /argument 'text' is invalid. facts prints JSON only; give the name of a file/],
  [["--output", "text", "facts"], /facts prints JSON only/],
  [["incidents", "show"], /missing required argument 'id'/],
  [["incidents", "list", "--limit", "none"], /wants a whole number/],
  [["incidents", "list", "--url", "ftp://x"], /--url wants a URL[^]*SK-CALL-URL/],
  [["schema", "extra"], /too many arguments/],
  [["explain", "nofile.json"], /nofile\.json cannot be read: there is no such file\.\n\(SK-INPUT-UNREADABLE\)/],
  [["explain", "--config", "none.yaml"], /The config none\.yaml cannot be read: there is no such file/],
  [[], /^Usage: spotkeeper /],
])("a wrong call is 2, says why on standard error, and prints no data: %j", async (args, said) => {
  const { code, stdout, stderr } = await spotkeeper(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(said);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test("a folder is no input", async () => {
  mkdirSync(join(folder, "sub"), { recursive: true });
  expect(await spotkeeper(["explain", "sub"])).toMatchObject({ code: 2, stderr: /it is a folder/ });
});

test("a wrong config is 2 and names the line; SPOTKEEPER_CONFIG and spotkeeper.yaml are found", async () => {
  writeFileSync(join(folder, "wrong.yaml"), "log:\n  level: loud\n");
  const said =
    'wrong.yaml:2: log.level: got "loud", wants one of: debug, info, warn, error, silent\n(SK-CONFIG-INVALID)\n';
  expect(await spotkeeper(["explain", "--config", "wrong.yaml"])).toEqual({ code: 2, stdout: "", stderr: said });
  expect(await spotkeeper(["explain"], { env: { SPOTKEEPER_CONFIG: "wrong.yaml" } })).toMatchObject({
    code: 2,
    stderr: said,
  });
  writeFileSync(join(folder, "spotkeeper.yaml"), "polcy: 1\n");
  const found = await spotkeeper(["explain"]);
  writeFileSync(join(folder, "spotkeeper.yaml"), "");
  expect(found).toMatchObject({ code: 2, stderr: expect.stringContaining("did you mean policy?") });
});

test("--verbose adds the stack", async () => {
  const { stderr } = await spotkeeper(["explain", "--verbose", "nofile.json"]);
  expect(stderr).toMatch(/^\s+at /m);
  expect(stderr).toContain("caused by Error: ENOENT");
});

test("schema prints the JSON Schema: for people, and in one line", async () => {
  const { code, stdout } = await spotkeeper(["schema"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ type: "object", additionalProperties: false });
  expect((await spotkeeper(["schema", "--output", "json"])).stdout.trimEnd().split("\n")).toHaveLength(1);
});

test.each(["SIGINT", "SIGTERM"] as const)("%s while it waits for input is 130", async (signal) => {
  const child = start(["explain"]);
  const ended = once(child, "exit");
  // More than a pipe holds: it is written once the command reads.
  await new Promise((written) => child.stdin!.write("x".repeat(4 * 1024 * 1024), written));
  child.kill(signal);
  expect(await ended).toEqual([130, null]);
});

test("a reader that goes away ends it quietly", async () => {
  const child = start(["explain", "--output", "json"]);
  const errors = text(child.stderr!);
  const ended = once(child, "exit");
  child.stdin?.on("error", () => {});
  child.stdin?.end(`[${Array(5_000).fill(JSON.stringify(warning())).join(",")}]`);
  await once(child.stdout!, "data");
  child.stdout?.destroy();
  expect(await ended).toEqual([0, null]);
  expect(await errors).toBe("");
});
