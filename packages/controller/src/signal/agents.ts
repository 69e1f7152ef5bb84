import type { Signal } from "../model/signal.ts";
import type { AgentStates } from "../model/agents.ts";

/** An agent that was heard, and not by a message that names it. */
const UNNAMED = "-";
/** Containers of one instance can have an agent each; an incident is a small document. */
const MOST_AGENTS = 40;

/**
 * Returns what is known of an instance's agents after one more signal; the same object where nothing changed. Messages of
 * one agent can come twice and in any order: the one with the highest number counts.
 */
export function hearAgent(known: AgentStates, signal: Signal): AgentStates {
  if (signal.kind !== "agent-state") {
    const isFirst = signal.source === "agent" && Object.keys(known).length === 0;
    return isFirst ? { [UNNAMED]: [0, "watching"] } : known;
  }
  const { agent, sequence, state } = signal;
  if (sequence <= (known[agent]?.[0] ?? -1)) return known;
  const { [UNNAMED]: _, ...named } = known;
  return bounded({ ...named, [agent]: [sequence, state] });
}

/** Returns what either knows of each agent, the later message first. */
export function mergeAgents(one: AgentStates, other: AgentStates): AgentStates {
  const { [UNNAMED]: unnamed, ...named } = { ...one, ...other };
  for (const [agent, said] of Object.entries(one)) if (said[0] > (named[agent]?.[0] ?? -1)) named[agent] = said;
  return unnamed === undefined || Object.keys(named).length > 0 ? named : { [UNNAMED]: unnamed };
}

/** Those whose work goes on are kept first, then those heard last. */
function bounded(states: AgentStates): AgentStates {
  const all = Object.entries(states);
  if (all.length <= MOST_AGENTS) return states;
  const kept = all.toReversed().toSorted(([, [, a]], [, [, b]]) => Number(b === "draining") - Number(a === "draining"));
  return Object.fromEntries(kept.slice(0, MOST_AGENTS).toReversed());
}
