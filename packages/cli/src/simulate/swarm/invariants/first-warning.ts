import type { Ms } from "@spotkeeper/simulator";
import type { Heard } from "../workers/queue.ts";
import type { Scene } from "./scene.ts";

const WARNING = "EC2 Spot Instance Interruption Warning";

/** Returns when the queue first had the warning of an instance, which can be late or overtaken; Infinity if never. */
export function heardAt({ fleet, heard }: Pick<Scene, "fleet" | "heard">, instanceId: string): Ms {
  const warnedAt = fleet.world.oracle.factsOf(instanceId)?.warnedAt ?? null;
  if (warnedAt === null) return Infinity;
  // Skip warnings of earlier lives. EventBridge's times are whole seconds.
  const first = heard.find((one) => (saidAt(one, instanceId) ?? 0) > warnedAt - 1_000);
  return first?.at ?? Infinity;
}

/** Returns the time in a warning of the instance; null for any other message. */
function saidAt({ body }: Heard, instanceId: string): Ms | null {
  if (!body.includes(instanceId) || !body.includes(WARNING)) return null;
  try {
    const { time } = JSON.parse(body) as { readonly time?: unknown };
    return typeof time === "string" ? Date.parse(time) : null;
  } catch {
    // The message is truncated.
    return null;
  }
}
