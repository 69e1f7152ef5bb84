import { createHash } from "node:crypto";
import type { Alert } from "../../model/alert.ts";
import { isOutcome, type Stage } from "./outbox.ts";
import type { Route } from "../route.ts";

/** Who is told of an alert. */
export interface Whom {
  /** Names of channels. */
  readonly channels: readonly string[];
  /** Each channel of the route was given up, and so was every other. */
  readonly lost: boolean;
}

/**
 * Pure. The channels of the route, and whoever was told before the config changed. Where all of them were given up the
 * first other channel that was not stands in.
 */
export function whom({ sends }: Pick<Alert, "sends">, { channels }: Route, configured: readonly string[]): Whom {
  const own = configured.filter((name) => channels?.includes(name) ?? true);
  const others = configured.filter((name) => !own.includes(name));
  const gaveUp = (name: string): boolean => sends[name]?.state === "gave-up";
  const failed = own.length > 0 && own.every(gaveUp);
  const standIn = failed ? others.find((name) => !gaveUp(name)) : undefined;
  const isTold = (name: string): boolean => name === standIn || (sends[name]?.receipt ?? null) !== null;
  return { channels: [...own, ...others.filter(isTold)], lost: failed && standIn === undefined };
}

/** What one channel is told of the others. */
export interface Elsewhere {
  /** "see why channel slack was not told: answered 401" */
  readonly lines: readonly string[];
  /** Tells one set of failures from another; empty for none. */
  readonly digest: string;
}

/** Pure. Channels that were given up, as all but they themselves are told. */
export function elsewhere({ sends }: Pick<Alert, "sends">, stage: Stage, channel: string): Elsewhere {
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
