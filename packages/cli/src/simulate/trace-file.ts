import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { SpotkeeperError } from "@spotkeeper/controller";
import { parseTrace, type Trace, TraceError } from "@spotkeeper/simulator";
import { reasonOf } from "../input.ts";

/** The built-in traces, by the name that `--trace` takes; each has its licence beside it. */
const traces = {
  /** Project Bamboo: 48 g4dn.xlarge on EC2, https://github.com/uclasystem/bamboo */
  g4dn: "bamboo/g4dn-trace.csv",
  /** The same for p3.2xlarge. */
  p3: "bamboo/p3-trace.csv",
  /** Training on a Dime: lifetimes of Spot Instances, https://github.com/stanford-futuredata/training_on_a_dime */
  "training-on-a-dime": "training_on_a_dime/persistent_2020-03-15.out",
} as const;

/**
 * Reads a trace: a built-in one by its name, or a file. Throws SK-INPUT-UNREADABLE and SK-INPUT-TRACE, which names
 * file, line and what was expected.
 */
export function readTrace(name: string): Trace {
  const known = Object.entries(traces).find(([one]) => one === name)?.[1];
  const path = known === undefined ? name : fileURLToPath(new URL(`traces/${known}`, packageOf()));
  try {
    const trace = parseTrace(basename(path), readFileSync(path, "utf8"));
    if (trace.events.some(({ kind }) => kind === "interrupt")) return trace;
  } catch (cause) {
    if (cause instanceof TraceError) throw new SpotkeeperError("SK-INPUT-TRACE", `${cause.message}.`, { cause });
    const advice = `Name a file, or one that comes along: ${Object.keys(traces).join(", ")}.`;
    throw new SpotkeeperError(
      "SK-INPUT-UNREADABLE",
      `The trace ${name} cannot be read: ${reasonOf(cause)}. ${advice}`,
      { cause },
    );
  }
  throw new SpotkeeperError("SK-INPUT-TRACE", `${name} has no interruption, so there is nothing to play.`);
}

/** Returns the simulator's folder, from source or from a package. */
const packageOf = (): string => import.meta.resolve("@spotkeeper/simulator/package.json");
