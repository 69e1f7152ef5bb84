import { number } from "../step-input.ts";
import type { Responder } from "../responder.ts";

/**
 * Holds a terminating hook for work that only the instance knows. The plan sets the end, and ends the step earlier once
 * the agents report that their work is done (`over`, respond/incident/refresh.ts).
 */
export const awaitWork: Responder = {
  repeat: "safe",
  nature: "waits",
  phrase: "wait until the work on it is over",
  isShown: true,
  empties: "waits",
  undoneBy: null,
  byHand: false,
  withoutLedger: false,
  title: () => "wait until the work on it is over",
  async run({ params }, { now }) {
    const until = number(params, "until");
    const byAgent = params["for"] === "agent";
    if (now < until) {
      const reason = byAgent
        ? "the agent on the instance has not said yet that its work is over"
        : "nothing is known of the work on the instance: the hook is held for a time (holdHooks)";
      return { is: "wait", until, reason };
    }
    if (byAgent)
      return { is: "done", receipt: null, note: "the agents that told of the end say that their work is over" };
    return {
      is: "skip",
      reason: "nothing is known of the work on the instance, and the time to hold its hook is over",
    };
  },
};
