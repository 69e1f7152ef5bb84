/**
 * - `watching`: no drain yet; the agent reports as soon as an end comes
 * - `draining`: the agent finishes the work on the instance
 * - `done`: the work is finished
 * - `passive`: the agent saw that the group terminates the instance, and does not drain for that
 */
export const agentStateNames = ["watching", "draining", "done", "passive"] as const;
export type AgentState = (typeof agentStateNames)[number];

/**
 * The last state that each agent on one instance reported, by the agent's id, with the sequence number of its message.
 */
export interface AgentStates {
  readonly [agent: string]: readonly [sequence: number, state: AgentState];
}
