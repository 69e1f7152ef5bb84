import { SpotkeeperError, type Channel } from "@spotkeeper/controller";
import type { Clock, FaultEffect, FaultMatch, Ms, Simulator } from "@spotkeeper/simulator";
import type { OutageItem, OutageKind } from "../dimensions/outages.ts";
import { homeOf } from "../dimensions/places.ts";
import type { SharedParts, Outages } from "../workers/shared-parts.ts";
import { withCalls } from "../workers/with-calls.ts";
import type { SwarmWorld } from "../world.ts";

/** Longer than the timeout of a send (controller/src/notify/outbox/outbox.ts). */
const SLOW: Ms = 12_000;
/** The wait that a channel asks for. */
const ASKED: Ms = 20_000;

export function createOutages(spec: SwarmWorld, clock: Clock, simulator: Simulator): Outages {
  const on = new Map<OutageKind, number>();
  const count = (kind: OutageKind, by: number): void => void on.set(kind, (on.get(kind) ?? 0) + by);
  return {
    begin() {
      const began = clock.now();
      let last = began;
      for (const item of spec.outages) {
        const until = began + (item.from + item.lasts) * 1_000;
        last = Math.max(last, until);
        clock.setTimer(began + item.from * 1_000, () => {
          count(item.kind, 1);
          const mend = breakAws(spec, item, simulator);
          clock.setTimer(until, () => {
            count(item.kind, -1);
            mend();
          });
        });
      }
      return last;
    },
    isOn: (kind) => (on.get(kind) ?? 0) > 0,
  };
}

/** Starts the AWS part of an outage. Returns a function that ends it. */
function breakAws(spec: SwarmWorld, { kind, of }: OutageItem, simulator: Simulator): () => void {
  const place = spec.places.find(({ name }) => name === of) ?? homeOf(spec.places);
  const meet = (match: FaultMatch, effect: FaultEffect["kind"] & ("reset" | "throttle" | "hang")): (() => void) =>
    simulator.faults.add({ match, effect: { kind: effect } });
  switch (kind) {
    case "region unreachable":
      return meet({ region: place.region }, "reset");
    case "service throttled":
      return meet({ service: serviceOf(of) }, "throttle");
    case "service never answers":
      return meet({ service: serviceOf(of) }, "hang");
    case "ledger full":
    case "ledger away":
    case "archive away":
    case "channel refuses":
    case "channel asks to wait":
    case "channel loses its answer":
    case "channel is slow":
      return () => {};
  }
}

const serviceOf = (of: string | null): NonNullable<FaultMatch["service"]> =>
  (["ec2", "autoscaling", "ecs", "elasticloadbalancingv2"] as const).find((one) => one === of) ?? "ec2";

const WRITES = ["accept", "commit", "touch", "purge"] as const;
const ALL = [...WRITES, "load", "due", "list", "outline", "history", "unarchived"] as const;

/** Wraps a ledger that is full or away during outages; a full one can still be read. */
export const breakLedger = (ledger: SharedParts["ledger"], { isOn }: Outages): SharedParts["ledger"] =>
  refusing(
    refusing(ledger, ALL, () => (isOn("ledger away") ? "SK-LEDGER-UNAVAILABLE" : null)),
    WRITES,
    () => (isOn("ledger full") ? "SK-LEDGER-FULL" : null),
  );

/** Wraps an archive that is away during outages. */
export const breakArchive = (archive: SharedParts["archive"], { isOn }: Outages): SharedParts["archive"] =>
  refusing(archive, ["put", "get", "list"], () => (isOn("archive away") ? "SK-ARCHIVE-UNAVAILABLE" : null));

type Code = ConstructorParameters<typeof SpotkeeperError>[0];

const refusing = <T extends object>(target: T, calls: readonly (keyof T)[], why: () => Code | null): T =>
  withCalls(target, calls, (call) => (...args) => {
    const code = why();
    return code === null ? call(...args) : Promise.reject(new SpotkeeperError(code, "it is not there for a while"));
  });

/** Sends an alert as the channel works now: `deliver` reaches people, `refuse` does not. */
export function sendThrough(
  { isOn }: Outages,
  clock: Clock,
  people: { readonly deliver: () => void; readonly refuse: () => void },
): ReturnType<Channel["send"]> {
  const sent = { is: "sent", receipt: null } as const;
  if (isOn("channel refuses")) {
    people.refuse();
    return Promise.resolve({ is: "refused", reason: "no such topic", because: "request" });
  }
  if (isOn("channel asks to wait")) return Promise.resolve({ is: "retry", reason: "too many requests", after: ASKED });
  if (isOn("channel is slow"))
    return clock.sleep(SLOW).then(() => {
      people.deliver();
      return sent;
    });
  people.deliver();
  if (isOn("channel loses its answer")) return Promise.reject(new Error("the connection broke"));
  return Promise.resolve(sent);
}
