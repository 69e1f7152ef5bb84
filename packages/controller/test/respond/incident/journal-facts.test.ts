import { expect, test } from "vitest";
import { journalFacts } from "../../../src/respond/incident/journal-facts.ts";
import { labelsOf } from "../../../src/respond/incident/labels.ts";
import { impact, task } from "../../notify/support/samples.ts";
import { T0, warning } from "../../correlate/support.ts";
import { factsWith, incidentOf } from "../support.ts";

const doc = incidentOf(warning(0));
const { instance } = factsWith();
const facts = factsWith({
  instance: { ...instance!, publicIp: "203.0.113.7", tags: { team: "shop" } },
  fleet: { type: "ec2-fleet", id: "fleet-1" },
  capacityProvider: {
    name: "cp",
    groupArn: null,
    managedDraining: true,
    managedTerminationProtection: true,
    managedInstances: false,
  },
  tasks: [task("service"), task("standalone"), task("daemon")],
  impact: [impact()],
});

test("the instance in full, with whose it is and what else acts on it; the tasks, with what their services lose", () => {
  const [about, tasks] = journalFacts(doc, facts, T0);
  expect(about).toMatchObject({
    kind: "note",
    text: "it is m5.large in us-east-1a, up for 60 min",
    data: {
      id: instance!.id,
      zoneId: "use1-az1",
      privateIp: "10.0.0.7",
      publicIp: "203.0.113.7",
      lifecycle: "spot",
      tags: { team: "shop" },
      owner: "ours",
      fleet: { id: "fleet-1" },
      capacityProvider: { managedDraining: true, managedTerminationProtection: true },
    },
  });
  expect(tasks).toMatchObject({
    text: "3 tasks on it: 1 service, 1 standalone, 1 daemon",
    data: {
      tasks: [{ role: "service" }, { role: "standalone" }, { role: "daemon" }],
      services: [{ service: "checkout", survives: 1, balanced: true }],
    },
  });
});

test("once: what the labels have was told", () => {
  const told = { ...doc, body: { ...doc.body, labels: labelsOf(facts, { ...doc.body, openedAt: T0 }) } };
  expect(journalFacts(told, facts, T0)).toEqual([]);
});

test("tasks that could not be asked for are not none", () => {
  const missing = [{ what: "tasks", why: "throttled" }] as const;
  const texts = journalFacts(doc, factsWith({ missing }), T0).map(({ text }) => text);
  expect(texts).toHaveLength(1);
  expect(journalFacts(doc, factsWith(), T0).map(({ text }) => text)).toContain("0 tasks on it");
});
