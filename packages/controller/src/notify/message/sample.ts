import type { Ms } from "../../clock.ts";
import { openIncident } from "../../correlate/open.ts";
import { NO_FACTS } from "../../decide/decide.ts";
import type { Facts, ServiceImpact } from "../../enrich/facts.ts";
import type { Doc } from "../../model/doc.ts";
import type { AlertModel } from "../alert.ts";
import { buildAlert } from "./build.ts";
import { joinAlert } from "../join.ts";
import type { FindPhrase } from "./phrases.ts";
import { DEFAULT_ROUTE } from "../route.ts";

const INSTANCE = "i-0123456789abcdef0";
const PLACE = { account: "123456789012", region: "us-east-1" };
const CLUSTER = `arn:aws:ecs:${PLACE.region}:${PLACE.account}:cluster/test`;
const LASTS: Ms = 79_000;
/** The sample incident has no steps. */
const NO_PHRASES: FindPhrase = () => undefined;

/**
 * Makes a sample alert about an instance that does not exist. Headline and request say that it is a test. The account
 * is the one of AWS's examples.
 */
export function sampleAlert(phase: "receipt" | "outcome", openedAt: Ms): AlertModel {
  const over = phase === "outcome";
  const route = { ...DEFAULT_ROUTE, name: "test", groupBy: [] };
  const { doc: opened } = joinAlert(null, { ...PLACE, cluster: CLUSTER, group: "test" }, openedAt, route);
  // Each test is a new alert, since services may drop repetitions.
  const alert = { ...opened, body: { ...opened.body, generation: Math.floor(openedAt / 1_000) } };
  const facts: Facts = { ...NO_FACTS, complete: true, impact: [IMPACT], groupName: "test" };
  const model = buildAlert(
    [{ doc: incident(openedAt, over), facts }],
    alert,
    openedAt + (over ? LASTS : 6_000),
    NO_PHRASES,
  );
  return {
    ...model,
    phase,
    severity: "info",
    headline: `TEST, nothing is wrong: ${model.headline}`,
    ask: ["do nothing: this is a test of the channel"],
  };
}

function incident(openedAt: Ms, over: boolean): Doc<"incident"> {
  const doc = openIncident(
    {
      ...PLACE,
      kind: "spot-interruption",
      id: "test",
      subject: { type: "instance", id: INSTANCE },
      availabilityZone: "us-east-1a",
      at: openedAt,
      timeKnown: true,
      receivedAt: openedAt,
      source: "stdin",
      action: "terminate",
      deadline: openedAt + 120_000,
    },
    1,
    openedAt,
  );
  const labels = { name: "test", instanceType: "m5.large", cluster: "test" };
  const ended = { outcome: "drained", drainedAt: openedAt + LASTS, closedAt: openedAt + LASTS } as const;
  return { ...doc, body: { ...doc.body, labels, ...(over ? ended : {}) } };
}

const IMPACT: ServiceImpact = {
  cluster: CLUSTER,
  service: "checkout",
  desired: 4,
  running: 4,
  pending: 0,
  doomed: 1,
  survives: 3,
  minimum: 2,
  belowMinimum: false,
  daemon: false,
  balanced: true,
  taskDefinition: `arn:aws:ecs:${PLACE.region}:${PLACE.account}:task-definition/checkout:7`,
  zones: { "us-east-1a": { doomed: 1, survives: 0 } },
};
