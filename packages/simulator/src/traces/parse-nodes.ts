import type { Line, Trace, TraceEvent } from "./trace.ts";
import { TraceError, traceOf } from "./trace.ts";

/** Checks that nodes are added and removed in a consistent order. */
const createNodes = (
  file: string,
): { add(line: number, node: string): void; remove(line: number, node: string): void } => {
  const present = new Set<string>();
  return {
    add: (line, node) => {
      if (present.has(node)) throw new TraceError(file, line, `${node} is added, but it is there already`);
      present.add(node);
    },
    remove: (line, node) => {
      if (!present.delete(node)) throw new TraceError(file, line, `${node} is removed, but it is not there`);
    },
  };
};

/** Parses lines such as `480000,add,node1`: milliseconds, event, node (Bamboo and Parcae). */
export const parseNodeCsv = (file: string, lines: readonly Line[]): Trace => {
  const nodes = createNodes(file);
  let last = 0;
  const events = lines.map(({ number, text }): TraceEvent => {
    const [, ms = "", kind = "", node = ""] = /^(\d+),(add|remove),(\S+)$/u.exec(text) ?? [];
    if (node === "") throw new TraceError(file, number, `expected "<ms>,add|remove,<node>", got "${text}"`);
    const at = Number(ms);
    if (at < last) throw new TraceError(file, number, `time goes back from ${last} to ${at}`);
    last = at;
    if (kind === "add") nodes.add(number, node);
    else nodes.remove(number, node);
    return { at, kind: kind === "add" ? "launch" : "interrupt", node };
  });
  return traceOf(file, events, 0, last);
};

/** A migration moves work between nodes: no node comes or goes. */
const kinds: ReadonlySet<string> = new Set(["add", "remove", "no-op", "migration"]);

const nodeList = (value: unknown): string[] | null => {
  if (typeof value !== "object" || value === null || !("nodes" in value) || !Array.isArray(value.nodes)) return null;
  const nodes: unknown[] = value.nodes;
  return nodes.every((node) => typeof node === "string") ? nodes : null;
};

const parseStep = (file: string, { number, text }: Line): { at: number; kind: string; nodes: string[] } => {
  const expected = `expected [<ms>, "add"|"remove"|"no-op"|"migration", {"nodes": […]}]`;
  let step: unknown;
  try {
    step = JSON.parse(text);
  } catch (cause) {
    throw new TraceError(file, number, `${expected}, got no JSON (${cause instanceof Error ? cause.message : "?"})`);
  }
  if (!Array.isArray(step)) throw new TraceError(file, number, `${expected}, got no list`);
  const [at, kind, detail] = step as unknown[];
  const nodes = nodeList(detail);
  if (typeof at !== "number" || at < 0 || typeof kind !== "string" || !kinds.has(kind) || nodes === null) {
    throw new TraceError(file, number, expected);
  }
  return { at, kind, nodes };
};

/** Parses one JSON list on each line, one step each minute (Parcae). */
export const parseNodeSteps = (file: string, lines: readonly Line[]): Trace => {
  const present = createNodes(file);
  let last = 0;
  const events = lines.flatMap((line): TraceEvent[] => {
    const { at, kind, nodes } = parseStep(file, line);
    if (at < last) throw new TraceError(file, line.number, `time goes back from ${last} to ${at}`);
    last = at;
    if (kind !== "add" && kind !== "remove") return [];
    return nodes.map((node) => {
      if (kind === "add") present.add(line.number, node);
      else present.remove(line.number, node);
      return { at, kind: kind === "add" ? "launch" : "interrupt", node };
    });
  });
  return traceOf(file, events, 0, last);
};
