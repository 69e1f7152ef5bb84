import { type IncidentDetailView, type IncidentView, outcomeWords, WOULD, wordsOf } from "@spotkeeper/controller";
import { printable, table } from "../table.ts";

/** Renders a list of incidents; open ones show the time left. */
export function renderIncidents(found: readonly IncidentView[], now: number): string {
  if (found.length === 0) return "No incidents.\n";
  return table(
    ["ID", "OPENED", "WHAT", "STATE", "WHERE", "GROUP", "NAME"],
    found.map((one) => [
      one.id,
      one.openedAt.slice(0, 19).replace("T", " "),
      one.kinds.join(", "),
      stateOf(one, now),
      one.availabilityZone ?? one.region,
      one.group,
      one.name,
    ]),
  );
}

const marginText = (seconds: number): string =>
  seconds < 0 ? `${Math.round(-seconds)} s late` : `${Math.round(seconds)} s to spare`;

function stateOf(
  { open, outcome, deadline, drainedAt, marginSeconds, stepsSettled, stepsTotal }: IncidentView,
  now: number,
): string {
  const margin = marginSeconds === null ? "" : `, ${marginText(marginSeconds)}`;
  if (open && drainedAt !== null) return `open, drained${margin}`;
  if (!open) return `${outcomeWords(outcome ?? "closed")}${margin}`;
  const left = deadline === null ? null : Math.round((Date.parse(deadline) - now) / 1_000);
  const time = left === null ? "" : left < 0 ? ", time is over" : `, ${left} s left`;
  return `open, ${stepsSettled} of ${stepsTotal} steps${time}`;
}

const spare = (seconds: number): string =>
  seconds < 0 ? `${-seconds} s after the deadline` : `with ${seconds} s to spare`;

const leftText = (seconds: number): string =>
  seconds < 0 ? `${(-seconds).toFixed(1)} s after the deadline` : `${seconds.toFixed(1)} s left`;

/** Returns what a dry run left out, in the order of the plan; null if it left out nothing. */
function wouldOf(steps: IncidentDetailView["steps"]): string | null {
  const words = new Set(steps.filter(({ reason }) => reason === WOULD).map(({ responder }) => wordsOf(responder)));
  return words.size === 0 ? null : [...words].join(", ");
}

/** Renders one incident with its timeline. */
export function renderIncident(one: IncidentDetailView): string {
  const facts: readonly (readonly [string, string | null])[] = [
    ["what", `${one.kinds.join(", ")}${one.action === null ? "" : ` (${one.action})`}`],
    ["where", [one.account, one.availabilityZone ?? one.region].filter((part) => part !== null).join(" / ") || null],
    ["instance", [one.name, one.instanceType].filter((part) => part !== null).join(", ") || null],
    ["group", one.group],
    ["cluster", one.cluster],
    ["opened", one.openedAt],
    ["state", one.open ? "open" : outcomeWords(one.outcome ?? "closed")],
    ["would", wouldOf(one.steps)],
    ["deadline", one.deadline],
    ["first action", one.firstActionSeconds === null ? null : `${one.firstActionSeconds} s after the notice came`],
    ["drained", one.marginSeconds === null ? one.drainedAt : spare(one.marginSeconds)],
    [
      "slowest step",
      // In a dry run all steps only watch.
      one.slowestStep === null || one.outcome === "dry-run"
        ? null
        : `${wordsOf(one.slowestStep.responder)}, ${one.slowestStep.seconds} s`,
    ],
  ];
  const known = facts.flatMap(([name, value]) =>
    value === null ? [] : [`  ${`${name}:`.padEnd(14)}${printable(value)}`],
  );
  const timeline = one.timeline.map(({ secondsSinceOpened, secondsLeft, text }) => {
    const left = secondsLeft === null ? "" : ` (${leftText(secondsLeft)})`;
    return `  ${`+${secondsSinceOpened.toFixed(1)} s`.padStart(10)}  ${printable(text)}${left}`;
  });
  const cut = one.timelineCut ? ["  … and more"] : [];
  return `${[one.id, ...known, "", ...timeline, ...cut].join("\n")}\n`;
}
