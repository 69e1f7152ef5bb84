import { asFailure, type AwsFailure } from "../aws/failure.ts";
import type { Clock, Ms } from "../clock.ts";
import { failureId } from "../inventory/ids.ts";
import type { Facet, Failed, Inventory } from "../inventory/inventory.ts";
import { SETTLED_FAILURE } from "./look-up/freshness.ts";

/**
 * Converts a failure to a short text for an alert: `throttled: ecs:ListTasks (ThrottlingException)`. AWS's message is
 * left out, since it can be long.
 */
function failedBy({ fields }: AwsFailure): Failed {
  const { kind, service, operation, awsCode } = fields;
  const said = awsCode === "CredentialsProviderError" ? "no AWS credentials found" : awsCode;
  return { kind, why: `${kind}: ${service}:${operation}${said === "" ? "" : ` (${said})`}` };
}

export function recordFailure(inventory: Inventory, facet: Facet, id: string, failed: Failed, at: Ms): void {
  inventory.put("failure", failureId(facet, id), failed, at);
}

/** Whether a read failed recently in a way that a retry would only repeat. */
export function isRecentFailure(inventory: Inventory, facet: Facet, id: string, now: Ms): boolean {
  const failure = inventory.get("failure", failureId(facet, id));
  if (failure === undefined || now - failure.observedAt > SETTLED_FAILURE) return false;
  // EC2 may find it at the next read, since its reads can be stale (correlate/stale-reads.ts).
  if (facet === "instance" && failure.value.kind === "not-found") return false;
  return SETTLED.has(failure.value.kind);
}

const SETTLED: ReadonlySet<Failed["kind"]> = new Set(["denied", "not-found", "region-disabled"]);

/**
 * Waits for an answer, at most until `deadline`; then returns `timed-out`. The request itself continues, and its answer
 * is stored for other callers.
 */
export async function within<V>(clock: Clock, deadline: Ms, answer: Promise<V>): Promise<V | Failed> {
  const late = Promise.withResolvers<Failed>();
  const why = "timed-out: no answer within the time there was";
  const cancel = clock.setTimer(deadline, () => late.resolve({ kind: "timed-out", why }));
  try {
    return await Promise.race([answer.catch((error: unknown) => failedBy(asFailure(error))), late.promise]);
  } finally {
    cancel();
  }
}
