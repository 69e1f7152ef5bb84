import { hasEnded } from "../../decide/threat.ts";
import type { Incident } from "../../model/incident.ts";

export const goneText = ({ subject }: Incident): string =>
  subject.type === "task" ? "the task has stopped" : "the instance is gone";

/** Whether the instance or task has ended, by a signal or by verify-gone. */
export const isGone = (body: Incident): boolean => body.goneAt !== null || hasEnded(body);
