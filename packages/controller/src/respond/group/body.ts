import type { Ms } from "../../clock.ts";
import type { PlannedStep } from "../../decide/plan.ts";
import type { Group, Replacement } from "../../model/group.ts";
import type { Key } from "../../model/key.ts";
import type { Params } from "../../model/plain.ts";
import type { Step } from "../../model/step.ts";
import { fresh } from "../machine/steps.ts";

/** Pure helpers that change a group's document. */
const LONGEST_REASON = 150;

export type Note = (text: string, data?: Params) => void;

/** Data of a note that people should see: also logged as a warning. */
export const ATTENTION: Params = { attention: true };

export const change = (body: Group, incident: Key, to: Partial<Replacement>, now: Ms): Group => {
  const had = body.replacing[incident];
  if (had === undefined) return body;
  const reason = (to.reason ?? had.reason)?.slice(0, LONGEST_REASON) ?? null;
  return { ...body, replacing: { ...body.replacing, [incident]: { ...had, ...to, reason, since: now } } };
};

/** Starts a new stage of a replacement, with its own deadline. */
export const begin = (body: Group, incident: Key, to: Partial<Replacement>, now: Ms): Group =>
  change(body, incident, { ...to, deadline: now + (body.replacing[incident]?.within ?? 0) }, now);

export const find = (body: Group, id: string): Step | undefined => body.steps.find((step) => step.id === id);

export const without = (body: Group, id: string): Group => ({
  ...body,
  steps: body.steps.filter((step) => step.id !== id),
});

type Planned = Omit<PlannedStep, "after" | "notBefore"> & Partial<Pick<PlannedStep, "after">>;

export const plan = (body: Group, step: Planned): Group => ({
  ...body,
  steps: [...body.steps, fresh({ after: [], ...step, notBefore: null })],
});

export const isRetired = (body: Group, one: Replacement): boolean =>
  find(body, `retire:${one.instanceId}`) !== undefined;

/** Kinds of failure (aws/failure.ts) after which nothing was written. */
const REFUSED_BY_AWS = /^(denied|invalid|not-found|region-disabled):/;

/** Whether an abandoned write may have been carried out by AWS. */
export const mayHaveHappened = (write: Step): boolean =>
  write.state === "abandoned" && !REFUSED_BY_AWS.test(write.reason ?? "");

/** Time limit of writes that lower the group again. */
export const PAY_WITHIN: Ms = 3_600_000;
export const WRITE_WITHIN: Ms = 120_000;
