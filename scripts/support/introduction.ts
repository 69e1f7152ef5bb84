export interface Intended {
  /** Whether the servers of an earlier run may be there. */
  readonly hasCache: boolean;
  /** The arguments for vitest; empty means all tests. */
  readonly chosen: readonly string[];
  /** The run is ended after this time. */
  readonly minutes: number;
}

/** Returns what a run will do, in lines for people: what it fetches, how long it takes, how to run less. */
export function introduction({ hasCache, chosen, minutes }: Intended): readonly string[] {
  const fetches =
    "On first use it fetches, into .cache/ (about 420 MB): moto and ministack, two emulators of AWS, and the oldest Node.js that the agent supports.";
  const all = [
    `All tests, a dot for each. That takes many minutes, longer on few cores; after ${minutes} minutes the run is ended.`,
    "For a part: npm test -- packages/controller/test/notify",
  ];
  return [...(hasCache ? [] : [fetches]), ...(chosen.length === 0 ? all : [])];
}
