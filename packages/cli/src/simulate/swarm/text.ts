import type { SwarmOutcome } from "./swarm.ts";

/** The outcome as people read it: stories first, then what held, then what was met. */
export function renderSwarm(outcome: SwarmOutcome): string {
  const { worlds, incidents, excuses, seconds, broken, dimensions, unmet, notPlayed, failures } = outcome;
  const lines = [
    ...failures.filter(({ story }) => story !== "").map(({ story }) => story),
    ...failures
      .filter(({ story }) => story === "")
      .map(({ seed, invariants }) => `Seed ${seed} broke: ${invariants.join("; ")}`),
    "invariant: worlds in which it broke",
    ...table(broken),
    "",
    "dimension: worlds that had it",
    ...table(dimensions),
    "",
    ...(notPlayed.length === 0 ? [] : ["Not played as in the file:", ...notPlayed.map((one) => `  ${one}`), ""]),
    `${excuses.excused} of ${excuses.warned} instances that were warned of ended with something left on them, and an alert says what and why.`,
    ...(unmet.length === 0 ? [] : [`Nobody met: ${unmet.join(", ")}. The generator has lost them.`]),
    `${worlds} worlds with ${incidents} incidents in ${seconds.toFixed(1)} s (${((worlds / seconds) * 60).toFixed(0)} a minute), ${failures.length} broken.`,
  ];
  return `${lines.join("\n")}\n`;
}

function table(counts: { readonly [name: string]: number }): string[] {
  const width = Math.max(...Object.keys(counts).map(({ length }) => length));
  return Object.entries(counts).map(([name, count]) => `  ${name.padEnd(width)}  ${count}`);
}
