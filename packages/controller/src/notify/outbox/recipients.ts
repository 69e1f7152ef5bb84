import { createHash } from "node:crypto";
import type { Alert } from "../../model/alert.ts";
import { isOutcome, type Stage } from "./outbox.ts";
import type { Route } from "../route.ts";

/** The recipients of an alert. */
export interface Recipients {
  /** Names of channels. */
  readonly channels: readonly string[];
  /** All channels were given up, those of the route and all others. */
  readonly lost: boolean;
}

/**
 * Returns the channels of the route, and those that got the alert before the config changed. Pure. If all channels of
 * the route were given up, the first other channel is added.
 */
export function recipientsOf(
  { sends }: Pick<Alert, "sends">,
  { channels }: Route,
  configured: readonly string[],
): Recipients {
  const own = configured.filter((name) => channels?.includes(name) ?? true);
  const others = configured.filter((name) => !own.includes(name));
  const gaveUp = (name: string): boolean => sends[name]?.state === "gave-up";
  const failed = own.length > 0 && own.every(gaveUp);
  const standIn = failed ? others.find((name) => !gaveUp(name)) : undefined;
  const isTold = (name: string): boolean => name === standIn || (sends[name]?.receipt ?? null) !== null;
  return { channels: [...own, ...others.filter(isTold)], lost: failed && standIn === undefined };
}

/** Lines in one channel's content about failed channels. */
export interface FailedChannels {
  /** "see why channel slack was not told: answered 401" */
  readonly lines: readonly string[];
  /** Changes with the set of failed channels; empty for none. */
  readonly digest: string;
}

/** Makes the lines about given-up channels, for all other channels. Pure. */
export function failedChannelsFor({ sends }: Pick<Alert, "sends">, stage: Stage, channel: string): FailedChannels {
  const failed = Object.entries(sends).filter(
    ([name, send]) => name !== channel && send.state === "gave-up" && (stage === "open" || isOutcome(send.hash)),
  );
  if (failed.length === 0) return { lines: [], digest: "" };
  const names = failed.map(([name]) => name).toSorted();
  return {
    lines: failed.map(
      ([name, { reason }]) => `see why channel ${name} was not told: ${reason ?? "for no known reason"}`,
    ),
    digest: `!${createHash("sha256").update(names.join(" ")).digest("hex").slice(0, 8)}`,
  };
}
