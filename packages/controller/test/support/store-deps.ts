import { type Clock, systemClock } from "../../src/clock.ts";
import { NO_SECRETS } from "../../src/secrets/secrets.ts";
import type { StoreDeps } from "../../src/store-deps.ts";

/** What a driver is opened with in a test: files where they are named, nothing over a network. */
export const storeDeps = (clock: Clock = systemClock): StoreDeps => ({
  clock,
  owner: "test",
  resolvePath: (_key, file) => file,
  itemTable: () => {
    throw new Error("no table of DynamoDB in this test");
  },
  secrets: NO_SECRETS,
  http: () => () => Promise.reject(new Error("no HTTP in this test")),
});
