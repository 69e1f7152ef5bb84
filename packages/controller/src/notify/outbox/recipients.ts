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

/** Lines in one channel's content about channels that failed, for all or for some of their recipients. */
export interface FailedChannels {
  /** "find out why channel slack got no message: answered 401" */
  readonly lines: readonly string[];
  /** Changes with the set of failed channels; empty for none. */
  readonly digest: string;
}

/**
 * Makes the lines about given-up channels, for all other channels, and about recipients that a channel did not reach, for
 * that channel's other recipients, too. They cause a message only on other channels. Pure.
 */
export function failedChannelsFor({ sends }: Pick<Alert, "sends">, stage: Stage, channel: string): FailedChannels {
  const told = Object.entries(sends).filter(([, send]) => stage === "open" || isOutcome(send.hash));
  const failed = told.filter(([name, send]) => name !== channel && send.state === "gave-up");
  const partly = told.flatMap(([name, { missed }]) =>
    missed?.final === undefined || missed.final === null ? [] : [{ name, who: missed.final }],
  );
  const causes = [
    ...failed.map(([name]) => name),
    ...partly.flatMap(({ name }) => (name === channel ? [] : [`${name} in part`])),
  ].toSorted();
  return {
    lines: [
      ...failed.map(([name, { reason }]) => gotNoMessage(name, reason ?? "the reason is not known")),
      ...partly.map(({ name, who }) => `find out why channel ${name} did not reach ${who}`),
    ],
    digest: causes.length === 0 ? "" : `!${createHash("sha256").update(causes.join(" ")).digest("hex").slice(0, 8)}`,
  };
}

/** What other channels ask people to do about one that was given up. */
export const gotNoMessage = (channel: string, reason: string): string =>
  `find out why channel ${channel} got no message: ${reason}`;
