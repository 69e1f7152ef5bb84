/**
 * `npm run package`: builds, packs each package, and checks it as consumers get it.
 *
 * - The archive contains every file that `exports` and `bin` name, and nothing of the tests or the build.
 * - Unpacked into a consumer's node_modules, each module can be imported, and each command answers `--version`. There
 *   the condition `@spotkeeper/source`, by which this workspace runs from source, is not set, and Node.js strips no
 *   types.
 * - publint and attw (types for ESM consumers) find no fault.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisedFiles, publishable, specifiers, type Workspace } from "./support/manifest.ts";
import { run } from "./support/process.ts";

const root = join(import.meta.dirname, "..");
const bin = (name: string): string => join(root, "node_modules/.bin", name);
const deadline = 5 * 60_000;

/** Runs one check. If it fails, throws its output; otherwise prints a line. */
async function check(title: string, cwd: string, command: string, args: readonly string[]): Promise<string> {
  const { code, output } = await run(command, args, { cwd, output: "keep", deadline });
  if (code !== 0) throw new Error(`${title}: ${command} ${args.join(" ")} ended with ${code}\n${output}`);
  process.stdout.write(`ok  ${title}\n`);
  return output;
}

/** Packs the workspace into the node_modules of `consumer`, and checks its list of files. */
async function install({ directory, manifest }: Workspace, consumer: string): Promise<void> {
  const { name } = manifest;
  const pack = ["pack", "--json", "--silent", "--pack-destination", consumer];
  const packed = await check(`${name}: packs`, directory, "npm", pack);
  const [archive] = JSON.parse(packed.slice(packed.indexOf("["))) as [{ filename: string; files: { path: string }[] }];
  const files = archive.files.map((file) => file.path);
  const absent = promisedFiles(manifest).filter((file) => !files.includes(file));
  if (absent.length > 0) throw new Error(`${name}: promised but not in the archive: ${absent.join(", ")}`);
  const strange = files.filter((file) => /(^|\/)test\/|\.test\.|\.tsbuildinfo$|\.sqlite/.test(file));
  if (strange.length > 0) throw new Error(`${name}: does not belong in the archive: ${strange.join(", ")}`);

  const target = join(consumer, "node_modules", name);
  await mkdir(target, { recursive: true });
  const unpack = ["-xzf", join(consumer, archive.filename), "--strip-components=1", "-C", target];
  await check(`${name}: unpacks`, consumer, "tar", unpack);
  // Node.js finds other dependencies further up, in the project's own node_modules.
  const nested = join(directory, "node_modules");
  if (existsSync(nested)) await symlink(nested, join(target, "node_modules"));
}

async function works({ manifest }: Workspace, consumer: string): Promise<void> {
  for (const specifier of specifiers(manifest)) {
    const program = `await import(${JSON.stringify(specifier)})`;
    await check(`${specifier}: imports`, consumer, process.execPath, ["--input-type=module", "--eval", program]);
  }
  for (const [command, file] of Object.entries(manifest.bin ?? {})) {
    const installed = join(consumer, "node_modules", manifest.name, file);
    await check(`${manifest.name}: ${command} --version`, consumer, process.execPath, [installed, "--version"]);
  }
}

async function checkAll(consumer: string): Promise<void> {
  const workspaces = await publishable(root);
  await Promise.all(workspaces.map(({ directory }) => rm(join(directory, "dist"), { recursive: true, force: true })));
  await check("build", root, bin("tsc"), ["-b"]);
  await check("page", root, process.execPath, ["scripts/page.ts"]);
  for (const workspace of workspaces) await install(workspace, consumer);
  for (const workspace of workspaces) {
    const { directory, manifest } = workspace;
    await works(workspace, consumer);
    await check(`${manifest.name}: publint`, directory, bin("publint"), ["--strict"]);
    await check(`${manifest.name}: attw`, directory, bin("attw"), ["--pack", ".", "--profile", "esm-only"]);
  }
}

await mkdir(join(root, ".cache"), { recursive: true });
const consumer = await mkdtemp(join(root, ".cache/consumer-"));
try {
  await checkAll(consumer);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await rm(consumer, { recursive: true, force: true });
}
