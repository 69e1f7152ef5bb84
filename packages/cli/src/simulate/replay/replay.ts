import {
  type Config,
  type IncidentDetailView,
  detailView,
  type Overrides,
  parse,
  type Policy,
  type RawMessage,
  type Signal,
  type Verdict,
} from "@spotkeeper/controller";
import { ACCOUNT, type Lab, openLab, REGION } from "../lab.ts";
import { runToEnd } from "../run-to-end.ts";
import type { FleetFacts } from "../../facts/document.ts";
import { replayFleet } from "./fleet.ts";
import { applySignal } from "./apply-signal.ts";
import { recordTelling, type Told, type Withheld } from "./telling.ts";

export interface ReplayOptions {
  readonly messages: readonly RawMessage[];
  readonly facts: FleetFacts;
  readonly policy: Policy;
  readonly overrides: Overrides;
  /** Who would be told. */
  readonly telling: Pick<Config, "channels" | "routes" | "suppress">;
  readonly seed: number;
  readonly onProgress: (text: string) => void;
}

/** The result of one message. */
export interface MessageResult {
  readonly file: string | null;
  readonly message: number;
  readonly verdict: Verdict;
}

export interface Replayed {
  readonly results: readonly MessageResult[];
  readonly incidents: readonly IncidentDetailView[];
  /** What would be sent, in order; empty with `--live`, where the channels themselves send it. */
  readonly told: readonly Told[];
  readonly withheld: readonly Withheld[];
}

/** Simulated milliseconds before the first message, in which the inventory fills. */
const BEFORE = 3_600_000;

/**
 * Sends messages through the whole flow against a simulated fleet, each at its own time on a virtual clock. A message
 * without a readable time follows directly after the one before it.
 */
export async function replay(options: ReplayOptions): Promise<Replayed> {
  const all = options.messages.map((raw) => ({ raw, signals: signalsOf(raw) }));
  const signals = all.flatMap((one) => one.signals);
  const times = signals.filter(({ timeKnown }) => timeKnown).map(({ at }) => at);
  const first = times.length === 0 ? null : Math.min(...times);
  const telling = await recordTelling(options.telling.channels);
  const lab = await openLab({
    ...options,
    telling: { ...options.telling, channels: telling.channels },
    ...(first === null ? {} : { startAt: first - BEFORE }),
    build: (wiring) => replayFleet(wiring, options.facts, signals),
  });
  try {
    options.onProgress("warming the inventory up");
    await lab.warmUp();
    const results: MessageResult[] = [];
    for (const { raw, signals: meant } of all) {
      const at = Math.max(0, ...meant.filter(({ timeKnown }) => timeKnown).map((signal) => signal.at));
      if (at > lab.clock.now()) await lab.run(at - lab.clock.now());
      for (const signal of meant) applySignal(lab.world, signal);
      results.push({ file: raw.file, message: raw.message, verdict: await lab.deliver(raw.body) });
    }
    await runToEnd(lab, options.onProgress);
    const withheld = (await lab.alerts()).flatMap((alert) => alert.withheld);
    return { results, incidents: await viewsOf(lab), told: telling.told, withheld };
  } finally {
    await lab.close();
  }
}

function signalsOf({ body, file }: RawMessage): readonly Signal[] {
  const source = file === null ? "stdin" : "file";
  const parsed = parse(body, { source, account: ACCOUNT, region: REGION, sentAt: null, receivedAt: 0 });
  return parsed.is === "signals" ? parsed.signals : [];
}

async function viewsOf(lab: Lab): Promise<readonly IncidentDetailView[]> {
  const views: IncidentDetailView[] = [];
  for (const [key, body] of lab.incidents) views.push(detailView(key, body, await lab.history(key)));
  return views;
}
