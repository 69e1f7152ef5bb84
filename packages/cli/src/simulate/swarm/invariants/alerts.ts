import type { AlertModel } from "@spotkeeper/controller";
import type { OutageKind } from "../dimensions/outages.ts";
import type { SentAlert } from "./scene.ts";
import { type Family, isForAPerson } from "./family.ts";
import { wasOut } from "./outage-at.ts";
import { wrongDoings } from "./alert-actions.ts";
import { wrongEnds } from "./alert-outcomes.ts";
import { wrongTimes } from "./alert-times.ts";
import { wrongCounts } from "./alert-stakes.ts";

const COUNTS = "alerts are right about what is at stake";
const TIMES = "alerts are right about times";
const ENDS = "alerts are right about outcomes";
const DOINGS = "alerts are right about what was done";
const ONCE = "no alert comes twice";

/**
 * What people are told is true at some instant between the reading of its facts and its sending; and no news is told
 * twice.
 */
export const alerts: Family = {
  names: [COUNTS, TIMES, ENDS, DOINGS, ONCE],
  watch(scene, note) {
    const last = new Map<string, { content: string; again: number }>();
    return {
      sent(message) {
        for (const what of wrongCounts(message, scene)) note(COUNTS, what);
        for (const what of wrongTimes(message, scene)) note(TIMES, what);
        for (const what of wrongEnds(message, scene)) note(ENDS, what);
        // What was done while the ledger could not store it is told only after it was checked again.
        if (!wasOut(scene, message.alert.openedAt, message.at, OF_LEDGER))
          for (const what of wrongDoings(message, scene)) note(DOINGS, what);
        const key = `${message.channel} ${message.alert.key} ${message.alert.generation}`;
        const content = contentOf(message);
        const before = last.get(key);
        const again = (before?.again ?? 0) + (before?.content === content ? 1 : 0);
        last.set(key, { content, again });
        // Delivery is at least once: a message that was in progress when a life ended or froze may be repeated.
        if (
          before?.content === content &&
          again > scene.spec.lives.length &&
          !wasOut(scene, message.alert.openedAt, message.at, MAY_COME_AGAIN)
        )
          note(ONCE, `${message.channel} was told again: ${message.alert.headline}`);
      },
    };
  },
  atEnd: {
    // docs/alert.md: people are not told of it. On-Demand Instances have no notice that people would be told of.
    "no alert reports a return to the warm pool": ({ fleet, told }) =>
      [...fleet.world.instances.values()]
        .filter(({ member, purchase }) => purchase === "on-demand" && member?.state.startsWith("Warmed:") === true)
        .filter(({ id }) => told.some(({ members }) => members.some((one) => one.subject === id && !isForAPerson(one))))
        .map(({ id, member }) => `${id} is ${member?.state ?? ""}, and people were told of it`),
  },
};

const OF_LEDGER: readonly OutageKind[] = ["ledger full", "ledger away"];
/**
 * The worker does not know that a message was sent if its answer was lost or late, or if the ledger could not store it.
 */
const MAY_COME_AGAIN: readonly OutageKind[] = ["channel loses its answer", "channel is slow", ...OF_LEDGER];

/** Returns the parts of a message that count as news; parts that change with time alone are left out. */
function contentOf({ alert, channel }: SentAlert): string {
  const { phase, members, severity, ask, stakes, doing, missing }: AlertModel = alert;
  if (phase === "outcome") return JSON.stringify(members.map((one) => [one.incident, one.outcome, one.marginSeconds]));
  return JSON.stringify(
    channel === "people"
      ? [members, severity, ask, stakes, doing, missing]
      : [members.map(({ incident, threat }) => `${incident} ${threat}`).toSorted(), severity, ask, leftOf(alert)],
  );
}

/** What is left of services below their minimum: news on each channel (docs/alert.md, "What is sent, and when"). */
const leftOf = ({ impact }: AlertModel): unknown =>
  impact.flatMap((one) => (one.belowMinimum && one.doomed > 0 ? [[one.cluster, one.service, one.survives]] : []));
