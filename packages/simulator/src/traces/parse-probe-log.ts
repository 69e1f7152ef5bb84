import type { Line, Trace, TraceEvent } from "./trace.ts";
import { TraceError, traceOf } from "./trace.ts";

/**
 * EC2's instance types by the graphics cards in the log:
 * https://aws.amazon.com/ec2/instance-types/#Accelerated_Computing
 */
const types: Readonly<Record<string, string>> = {
  "1 v100": "p3.2xlarge",
  "8 v100": "p3.16xlarge",
  "1 k80": "p2.xlarge",
  "8 k80": "p2.8xlarge",
};

const stamped = /^\[(\S+)\] (.+)$/u;
const created = /^Created instance (\S+) with (\d+) GPU\(s\) of type (\w+) in zone (\S+)$/u;
const gone = /^Instance (\S+) not running in zone (\S+)$/u;
/** Lines without an event: unchanged instances, failed launches, and clean-up after an end. */
const quiet =
  /^(?:Instance \S+ running in zone \S+|Instance with \d+ GPU\(s\) of type \w+ creation failed|Successfully deleted instance \S+)$/u;

/** Parses the log of a program that requests instances and checks them every ten minutes (Training on a Dime). */
export const parseProbeLog = (file: string, lines: readonly Line[]): Trace => {
  const present = new Map<string, { readonly zone: string; readonly type: string }>();
  const times: number[] = [];
  const events = lines.flatMap(({ number, text }): TraceEvent[] => {
    const [, time = "", message = ""] = stamped.exec(text) ?? [];
    const at = Date.parse(time);
    if (Number.isNaN(at)) throw new TraceError(file, number, `expected "[<time>] <message>", got "${text}"`);
    times.push(at);
    const [, node, cards = "", model = "", zone = ""] = created.exec(message) ?? [];
    if (node !== undefined) {
      const type = types[`${cards} ${model}`];
      if (type === undefined) throw new TraceError(file, number, `no instance type has ${cards} ${model} cards`);
      present.set(node, { zone, type });
      return [{ at, kind: "launch", node, zone, type }];
    }
    const [, ended] = gone.exec(message) ?? [];
    if (ended !== undefined) {
      const known = present.get(ended);
      if (!known) throw new TraceError(file, number, `${ended} ends, but it was not created or has ended before`);
      present.delete(ended);
      return [{ at, kind: "interrupt", node: ended, ...known }];
    }
    if (!quiet.test(message)) throw new TraceError(file, number, `does not know what "${message}" means`);
    return [];
  });
  return traceOf(file, events, Math.min(...times), Math.max(...times));
};
