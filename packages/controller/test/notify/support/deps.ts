import { lookup } from "node:dns";
import { systemClock } from "../../../src/clock.ts";
import type { ChannelDeps } from "../../../src/notify/channels/channel.ts";
import { guardedHttp } from "../../../src/http/http.ts";

/** What a channel may use; whatever a test does not give fails when it is used. */
export const depsOf = (more: Partial<ChannelDeps> = {}): ChannelDeps => ({
  clock: systemClock,
  output: { write: () => unexpected("output") },
  color: true,
  secret: (reference) => Promise.resolve(reference === null ? null : unexpected("secret")),
  sns: { publish: () => unexpected("sns"), maximumMessageSize: () => unexpected("sns") },
  eventBridge: { put: () => unexpected("eventBridge") },
  http: guardedHttp({ clock: systemClock, lookup }),
  ...more,
});

function unexpected(what: string): never {
  throw new Error(`${what} was not expected to be used`);
}
