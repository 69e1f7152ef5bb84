import { linesOf, TraceError } from "./trace.ts";
import { parseCountCsv, parseCountLog } from "./parse-counts.ts";
import { parseNodeCsv, parseNodeSteps } from "./parse-nodes.ts";
import type { Line, Trace } from "./trace.ts";
import { parseProbeLog } from "./parse-probe-log.ts";

interface Format {
  readonly name: string;
  /** Recognizes the format by its first line; the parser then checks all lines. */
  readonly looksLike: RegExp;
  readonly parse: (file: string, lines: readonly Line[]) => Trace;
}

const formats: readonly Format[] = [
  { name: "<ms>,add|remove,<node>", looksLike: /^\d+,[a-z]/u, parse: parseNodeCsv },
  { name: "<time>,<count>", looksLike: /^\d+(?:\.\d+)?,\d+$/u, parse: parseCountCsv },
  { name: "<date>, <time>, <count>", looksLike: /^\d{4}-\d{2}-\d{2},/u, parse: parseCountLog },
  { name: '[<ms>, "add", {…}]', looksLike: /^\[\d+,/u, parse: parseNodeSteps },
  { name: "[<time>] Created instance …", looksLike: /^\[\d{4}-\d{2}-\d{2}T/u, parse: parseProbeLog },
];

/**
 * Parses a recorded trace of a Spot fleet, in any format of the public ones.
 *
 * @param file its name, for errors and for the trace's name
 * @throws TraceError with file and line if a line does not fit the format
 * @example parseTrace("g4dn-trace.csv", await readFile("g4dn-trace.csv", "utf8")).events.length
 */
export const parseTrace = (file: string, text: string): Trace => {
  const lines = linesOf(text);
  const [first] = lines;
  if (!first) throw new TraceError(file, 0, "is empty");
  const format = formats.find(({ looksLike }) => looksLike.test(first.text));
  if (!format) {
    const known = formats.map(({ name }) => name).join("; ");
    throw new TraceError(file, first.number, `"${first.text.slice(0, 80)}" is no known trace format (${known})`);
  }
  return format.parse(file, lines);
};
