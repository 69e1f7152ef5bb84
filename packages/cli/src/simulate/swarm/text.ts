import type { SwarmOutcome } from "./swarm.ts";

/** Renders the outcome for people: stories, then invariants, then dimensions. */
export function renderSwarm(outcome: SwarmOutcome): string {
  const { worlds, incidents, excuses, seconds, broken, dimensions, unmet, notPlayed, failures } = outcome;
  const lines = [
    ...failures.filter(({ story }) => story !== "").map(({ story }) => story),
    ...failures
      .filter(({ story }) => story === "")
      .map(({ seed, invariants }) => `Seed ${seed} broke: ${invariants.join("; ")}`),
    "Invariants, and in how many worlds each was broken:",
    ...table(broken),
    "",
    "Dimensions, and how many worlds had each:",
    ...table(dimensions),
    "",
    ...(notPlayed.length === 0 ? [] : ["Not played as in the file:", ...notPlayed.map((one) => `  ${one}`), ""]),
    `${excuses.excused} of ${excuses.warned} instances that AWS had warned of ended with something still on them, while something went wrong; an alert said what and why.`,
    ...(unmet.length === 0
      ? []
      : [
          `No world had: ${unmet.join(", ")}. So many worlds must have each dimension: the generator of worlds is wrong.`,
        ]),
    `${worlds} worlds with ${incidents} incidents in ${seconds.toFixed(1)} s (${((worlds / seconds) * 60).toFixed(0)} a minute), ${failures.length} broken.`,
  ];
  return `${lines.join("\n")}\n`;
}

function table(counts: { readonly [name: string]: number }): string[] {
  const width = Math.max(...Object.keys(counts).map(({ length }) => length));
  return Object.entries(counts).map(([name, count]) => `  ${name.padEnd(width)}  ${count}`);
}
