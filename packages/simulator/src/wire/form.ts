/**
 * Parses inputs of the query protocols: `Filter.1.Value.2=x` becomes the nested JSON of the SDK.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html,
 * https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
 */
import type { Json, JsonObject, Shape } from "../operation.ts";
import { AwsError } from "../operation.ts";

interface Node {
  value: string | undefined;
  readonly children: Map<string, Node>;
}

type Fields = { readonly [name: string]: Shape };

/** More levels than any AWS input has: deeper names are refused, so that a hostile body cannot overflow the stack. */
const MAX_DEPTH = 20;

/**
 * Parses a form body. `fields` describes the fields. Any other field becomes a string, a list if its names are numbers,
 * or else a structure.
 *
 * @throws AwsError `MalformedInput` for a value of a wrong type, or for names that are too deep
 */
export function readForm(body: string, fields: Fields, ec2: boolean): JsonObject {
  const root: Node = { value: undefined, children: new Map() };
  for (const [name, value] of new URLSearchParams(body)) {
    if (name !== "Action" && name !== "Version") insert(root, name, value);
  }
  return readStructure(root, fields, ec2);
}

function insert(root: Node, name: string, value: string): void {
  const parts = name.split(".");
  if (parts.length > MAX_DEPTH) throw new AwsError("MalformedInput", `The parameter ${parts[0]} is nested too deeply.`);
  let node = root;
  for (const part of parts) {
    let next = node.children.get(part);
    if (next === undefined) {
      next = { value: undefined, children: new Map() };
      node.children.set(part, next);
    }
    node = next;
  }
  node.value = value;
}

function readStructure(node: Node, fields: Fields, ec2: boolean): JsonObject {
  const out: JsonObject = Object.create(null) as JsonObject;
  const known = new Set<string>();
  for (const [name, shape] of Object.entries(fields)) {
    const wire = inputName(name, shape, ec2);
    known.add(wire);
    const child = node.children.get(wire);
    if (child !== undefined) out[name] = readNode(child, shape, wire, ec2);
  }
  for (const [wire, child] of node.children) {
    if (!known.has(wire)) out[wire] = readNode(child, undefined, wire, ec2);
  }
  return { ...out };
}

/** Returns the name on the wire; EC2's begin with a capital letter, even if the model's XML name does not. */
function inputName(name: string, shape: Shape, ec2: boolean): string {
  const wire = shape.wire ?? name;
  return ec2 ? wire.charAt(0).toUpperCase() + wire.slice(1) : wire;
}

function readNode(node: Node, shape: Shape | undefined, at: string, ec2: boolean): Json {
  if (shape === undefined) {
    if (node.children.size === 0) return node.value ?? "";
    return looksLikeList(node) ? readList(node, undefined, at, ec2) : readStructure(node, {}, ec2);
  }
  switch (shape.type) {
    case "list":
      return readList(node, shape, at, ec2);
    case "map":
      return readMap(node, shape.of, at, ec2);
    case "structure":
      return readStructure(node, shape.fields, ec2);
    case "string":
      return node.value ?? "";
    case "integer":
    case "double":
      return readNumber(node.value ?? "", at);
    case "boolean":
      if (node.value !== "true" && node.value !== "false") throw malformed(at, "a boolean", node.value);
      return node.value === "true";
    case "timestamp": {
      const ms = Date.parse(node.value ?? "");
      if (Number.isNaN(ms)) throw malformed(at, "a time", node.value);
      return ms;
    }
    case "blob":
      return new Uint8Array(Buffer.from(node.value ?? "", "base64"));
  }
}

function readNumber(text: string, at: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) throw malformed(at, "a number", text);
  return number;
}

function malformed(at: string, type: string, value: string | undefined): AwsError {
  return new AwsError("MalformedInput", `The parameter ${at} must be ${type}, not '${value ?? ""}'.`);
}

function looksLikeList(node: Node): boolean {
  const names = [...node.children.keys()];
  return names.every((name) => name === "member" || name === "entry" || /^\d+$/.test(name));
}

function readList(node: Node, shape: (Shape & { type: "list" }) | undefined, at: string, ec2: boolean): Json[] {
  const holder = node.children.get(shape?.member ?? "member") ?? node;
  return numbered(holder).map(([index, child]) => readNode(child, shape?.of, `${at}.${index}`, ec2));
}

function readMap(node: Node, of: Shape, at: string, ec2: boolean): JsonObject {
  const out: [string, Json][] = [];
  for (const [, entry] of numbered(node.children.get("entry") ?? node)) {
    const name = (entry.children.get("key") ?? entry.children.get("Name"))?.value;
    const value = entry.children.get("value") ?? entry.children.get("Value");
    if (name !== undefined && value !== undefined) out.push([name, readNode(value, of, `${at}.${name}`, ec2)]);
  }
  return Object.fromEntries(out);
}

function numbered(node: Node): [number, Node][] {
  return [...node.children]
    .filter(([name]) => /^\d+$/.test(name))
    .map(([name, child]): [number, Node] => [Number(name), child])
    .sort(([a], [b]) => a - b);
}
