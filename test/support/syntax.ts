import { posix } from "node:path";
import { parseAst } from "vitest/node";
import type { Source } from "./tree.ts";

/** A node of the ESTree that the parser gives (https://github.com/estree/estree), as far as guards look at it. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

export interface Import {
  readonly specifier: string;
  /** The module as a path of the project, for relative imports; else null. */
  readonly path: string | null;
  /** Nothing of it remains when types are stripped. (Of `import { type A }` the import of the module remains.) */
  readonly typeOnly: boolean;
  /** `export … from`: it hands on, and gives the module itself no name to use. */
  readonly reexport: boolean;
  /** The names that are imported, by their exported name; `*` for all of them. */
  readonly names: readonly string[];
  readonly line: number;
}

export interface Found {
  readonly what: string;
  readonly line: number;
}

/** Every import, re-export and dynamic import of a constant. */
export const importsOf: (source: Source) => readonly Import[] = once(readImports);

function readImports(source: Source): Import[] {
  const found: Import[] = [];
  for (const node of nodes(parse(source))) {
    const specifier = specifierOf(node);
    if (specifier === null) continue;
    const parts = list(node["specifiers"]);
    found.push({
      specifier,
      path: specifier.startsWith(".") ? posix.join(posix.dirname(source.path), specifier) : null,
      typeOnly: isType(node),
      reexport: node.type.startsWith("Export"),
      names: parts.length === 0 ? ["*"] : parts.filter((part) => !isType(part)).map(importedName),
      line: lineOf(source, node),
    });
  }
  return found;
}

/**
 * Uses of the clock, timers, randomness and other globals, by name: `Date.now`, `new Date`, `Math.random`, `setTimeout`,
 * `console`, `process`, `fetch`, …. A name that the file itself binds (a parameter called `fetch`) is not the global.
 */
export function globalsOf(source: Source): Found[] {
  const program = parse(source);
  const bound = boundNames(program);
  const found: Found[] = [];
  for (const node of nodes(program)) {
    const what = globalUse(node);
    if (what !== null && !bound.has(what)) found.push({ what, line: lineOf(source, node) });
  }
  return found;
}

/** Every string in the code that is known without running it; of a template with holes its parts, joined by `${}`. */
export const stringsOf: (source: Source) => readonly Found[] = once(readStrings);

function readStrings(source: Source): Found[] {
  const found: Found[] = [];
  for (const node of nodes(parse(source))) {
    if (node.type === "Literal" && typeof node["value"] === "string") {
      found.push({ what: node["value"], line: lineOf(source, node) });
    }
    if (node.type === "TemplateLiteral") {
      const parts = list(node["quasis"]).map((part) => (part["value"] as { cooked: string | null }).cooked ?? "");
      found.push({ what: parts.join("${}"), line: lineOf(source, node) });
    }
  }
  return found;
}

/** Guards ask the same of one file over and over: once for each thing that it could be about. */
function once<T>(read: (source: Source) => T): (source: Source) => T {
  const known = new WeakMap<Source, T>();
  return (source) => {
    const answer = known.get(source) ?? read(source);
    known.set(source, answer);
    return answer;
  };
}

const bareGlobals = new Set(["setTimeout", "setInterval", "setImmediate", "console", "process", "fetch", "crypto"]);
const members = new Set(["Date.now", "Math.random", "performance.now"]);

function globalUse(node: Node): string | null {
  if (node.type === "Identifier" && bareGlobals.has(String(node["name"]))) return String(node["name"]);
  if (node.type === "MemberExpression") {
    const name = `${nameOf(node["object"])}.${nameOf(node["property"])}`;
    return members.has(name) ? name : null;
  }
  const callee = nameOf(node["callee"]);
  const makesDate = node.type === "NewExpression" && list(node["arguments"]).length === 0;
  return callee === "Date" && (makesDate || node.type === "CallExpression") ? "new Date" : null;
}

function boundNames(program: Node): Set<string> {
  const bound = new Set<string>();
  for (const node of nodes(program)) {
    const patterns = [
      ...(node.type === "VariableDeclarator" ? [node["id"]] : []),
      ...(/Function/.test(node.type) ? list(node["params"]) : []),
      ...(node.type.startsWith("Import") && "local" in node ? [node["local"]] : []),
    ];
    for (const pattern of patterns) {
      for (const part of isNode(pattern) ? nodes(pattern) : []) {
        if (part.type === "Identifier") bound.add(String(part["name"]));
      }
    }
  }
  return bound;
}

function specifierOf(node: Node): string | null {
  const declares = ["ImportDeclaration", "ExportNamedDeclaration", "ExportAllDeclaration", "ImportExpression"];
  const from = declares.includes(node.type) ? node["source"] : null;
  return isNode(from) && typeof from["value"] === "string" ? from["value"] : null;
}

function importedName(part: Node): string {
  return part.type === "ImportSpecifier" || part.type === "ExportSpecifier"
    ? nameOf(part["imported"] ?? part["local"])
    : part.type === "ImportDefaultSpecifier"
      ? "default"
      : "*";
}

function isType(node: Node): boolean {
  return node["importKind"] === "type" || node["exportKind"] === "type";
}

function nameOf(node: unknown): string {
  return isNode(node) && node.type === "Identifier" ? String(node["name"]) : "";
}

/** The nodes that remain when types are stripped, without the names of properties: those refer to nothing. */
function* nodes(node: Node): Generator<Node> {
  yield node;
  for (const [field, value] of Object.entries(node)) {
    if (isPropertyName(node, field)) continue;
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child) && !isTypeSyntax(child)) yield* nodes(child);
    }
  }
}

function isPropertyName(node: Node, field: string): boolean {
  if (node["computed"] === true) return false;
  if (node.type === "MemberExpression") return field === "property";
  if (node.type === "ImportSpecifier") return field === "imported";
  if (node.type === "ExportSpecifier") return field === "exported";
  const named = ["Property", "PropertyDefinition", "MethodDefinition", "AccessorProperty"];
  return named.includes(node.type) && field === "key";
}

/** These wrap an expression, and are more than a type. */
const wrappers = new Set(["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression", "TSTypeAssertion"]);

function isTypeSyntax(node: Node): boolean {
  return node.type.startsWith("TS") && !wrappers.has(node.type);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

function list(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

function lineOf(source: Source, node: Node): number {
  return source.text.slice(0, node.start).split("\n").length;
}

const parsed = new Map<string, Node>();

function parse({ path, text }: Source): Node {
  const known = parsed.get(`${path}\n${text}`);
  if (known !== undefined) return known;
  const program = parseAst(text, { lang: "ts" }) as unknown as Node;
  parsed.set(`${path}\n${text}`, program);
  return program;
}
