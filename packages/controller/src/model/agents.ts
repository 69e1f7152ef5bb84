/**
 * - `watching`: it would tell of an end, and of its work; there is none to tell of
 * - `draining`: the work on the instance goes on, and is being brought to its end
 * - `done`: its work is over
 * - `passive`: it saw that the group terminates the instance, and brings no work to its end for that
 */
export const agentStateNames = ["watching", "draining", "done", "passive"] as const;
export type AgentState = (typeof agentStateNames)[number];

/** What each agent on one instance said last, by the agent's own id, with the number of its message. */
export interface AgentStates {
  readonly [agent: string]: readonly [sequence: number, state: AgentState];
}
