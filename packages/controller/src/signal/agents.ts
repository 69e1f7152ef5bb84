import type { Signal } from "../model/signal.ts";
import type { AgentStates } from "../model/agents.ts";

/** Key of an agent that sent other messages, but none with its own id. */
const UNNAMED = "-";
/** Each container of an instance can have an agent; the bound keeps the incident's document small. */
const MOST_AGENTS = 40;

/**
 * Updates the agents' states by one more signal; returns the same object if nothing changed. Messages of one agent can
 * arrive twice and in any order: the one with the highest sequence number wins.
 */
export function addAgentState(known: AgentStates, signal: Signal): AgentStates {
  if (signal.kind !== "agent-state") {
    const isFirst = signal.source === "agent" && Object.keys(known).length === 0;
    return isFirst ? { [UNNAMED]: [0, "watching"] } : known;
  }
  const { agent, sequence, state } = signal;
  if (sequence <= (known[agent]?.[0] ?? -1)) return known;
  const { [UNNAMED]: _, ...named } = known;
  return bounded({ ...named, [agent]: [sequence, state] });
}

/** Merges two sets of states; of each agent the message with the higher sequence number wins. */
export function mergeAgents(one: AgentStates, other: AgentStates): AgentStates {
  const { [UNNAMED]: unnamed, ...named } = { ...one, ...other };
  for (const [agent, said] of Object.entries(one)) if (said[0] > (named[agent]?.[0] ?? -1)) named[agent] = said;
  return unnamed === undefined || Object.keys(named).length > 0 ? named : { [UNNAMED]: unnamed };
}

/** Keeps at most `MOST_AGENTS`: first those that drain, then the most recently added. */
function bounded(states: AgentStates): AgentStates {
  const all = Object.entries(states);
  if (all.length <= MOST_AGENTS) return states;
  const kept = all.toReversed().toSorted(([, [, a]], [, [, b]]) => Number(b === "draining") - Number(a === "draining"));
  return Object.fromEntries(kept.slice(0, MOST_AGENTS).toReversed());
}
