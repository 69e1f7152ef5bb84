import { z } from "zod";
import { agentStateNames } from "../../model/agents.ts";
import { common, one } from "../event.ts";
import type { Kind } from "../kind.ts";
import { instanceId, note, text, wholeNumber, word } from "../shape.ts";

const detail = z.object({
  "instance-id": instanceId,
  agent: text(32),
  sequence: wholeNumber,
  state: word(...agentStateNames),
  because: note(32),
  outcome: note(32),
});

/**
 * The agent on an instance reports the state of its work. The event's `time` is from the instance's clock; it is
 * limited to the time when the message was received.
 */
export const agentState: Kind<"agent-state"> = {
  events: [["spotkeeper.agent", "Agent State-change Notification"]],
  parse: (event) =>
    one(event, detail, (d) => ({
      ...common(event, { type: "instance", id: d["instance-id"] }),
      kind: "agent-state",
      at: Math.min(event.at, event.origin.receivedAt),
      agent: d.agent,
      sequence: d.sequence,
      state: d.state,
      because: d.because,
      outcome: d.outcome,
    })),
  notice: null,
  implies: ({ state, because }) => (state === "draining" && because === "termination" ? "ends" : null),
  urgency: 1,
  isDated: false,
  instanceListed: true,
  describe: ({ agent, state, outcome, because }) =>
    `The agent ${agent} on the instance ${DOES[state]}${inBrackets(outcome ?? because)}.`,
};

const DOES = {
  watching: "watches",
  draining: "brings its work to an end",
  done: "says that its work is over",
  passive: "saw its end, and brings no work to an end for it",
} as const;

const inBrackets = (text: string | null): string => (text === null ? "" : ` (${text})`);
