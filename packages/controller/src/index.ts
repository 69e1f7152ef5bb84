import type { Clock } from "./clock.ts";
import type * as Parts from "./entry/parts.ts";
import type { FleetRead, ReadFleetOptions } from "./entry/read-fleet.ts";
import type { Running, RunOptions } from "./entry/run.ts";
import type { ChannelReport, TestOptions } from "./entry/test-channels.ts";

export type { FleetRead, PlaceRead } from "./entry/read-fleet.ts";
export type { ChannelReport } from "./entry/test-channels.ts";
export type { ImaginedIncident, RouteTrial, Trial } from "./notify/try-routes.ts";
export type { AlertModel, Channel } from "./notify/alert.ts";
export type { CallRecord } from "./aws/operation.ts";
export type { Config } from "./config/schema.ts";
export type { Doc } from "./model/doc.ts";
export type { Entry } from "./model/journal.ts";
export type { Incident } from "./model/incident.ts";
export type { Key } from "./model/key.ts";
export type { Facets } from "./inventory/inventory.ts";
export type {
  IncidentDetailView,
  IncidentView,
  AlertView,
  EntryView,
  SilencePreviewView,
  SilenceView,
  StepView,
} from "./show/view/schema.ts";
export type { FleetView, NowView } from "./show/view/now.ts";
export type { DurationsView, PanelView } from "./show/routes/panels.ts";
export type { Origin, Signal, SignalKind } from "./model/signal.ts";
export type { Overrides } from "./enrich/overrides.ts";
export type { Plan } from "./decide/plan.ts";
export type { Policy } from "./decide/policy.ts";
export type { RawMessage } from "./signal/split.ts";
export type { Running, Tap } from "./entry/run.ts";
export type { Verdict } from "./signal/verdict.ts";
export { asDryRun } from "./config/dry-run.ts";
export { buildAlert } from "./notify/message/build.ts";
export { budgetSeconds, decide } from "./decide/decide.ts";
export { configJsonSchema } from "./config/schema.ts";
export { correlate } from "./correlate/correlate.ts";
export { createLog } from "./log.ts";
export { DEFAULT_ROUTE } from "./notify/route.ts";
export { alertView } from "./show/view/alert.ts";
export { detailView } from "./show/view/detail.ts";
export { joinAlert, tells } from "./notify/join.ts";
export { configProblems, loadConfig, parseConfig } from "./config/load.ts";
export { renderText } from "./notify/render/text.ts";
export { matcherOf } from "./config/match-words.ts";
export { milliseconds } from "./fields.ts";
export { NO_LINKS } from "./notify/message/links.ts";
export { NO_SECRETS } from "./secrets/secrets.ts";
export { noticeOf } from "./correlate/notice.ts";
export { outcomeWords } from "./notify/message/outcome-words.ts";
export { outcomes } from "./measure/outcomes.ts";
export { owedBy as owedByGroup } from "./respond/group/debts.ts";
export { parse } from "./signal/parse.ts";
export { signalKinds } from "./signal/index.ts";
export { signalOf } from "./signal/reserved.ts";
export { span } from "./notify/message/count.ts";
export { findResponder } from "./respond/responders/index.ts";
export { phraseOf, wordsOf } from "./respond/words.ts";
export { wildcard } from "./model/matcher.ts";
export { WOULD } from "./respond/responder.ts";
export { split } from "./signal/split.ts";
export { SpotkeeperError } from "./errors.ts";
export { TRIED_KINDS, tryRoutes } from "./notify/try-routes.ts";
export { isWithin } from "./notify/pipeline/time-window.ts";
export { TELL_ALL } from "./notify/pipeline/suppress-settings.ts";
export { systemClock } from "./clock.ts";

/** Starts a worker (entry/run.ts). Loaded when called, because `explain` needs neither AWS SDK nor server. */
export async function runWorker(options: RunOptions): Promise<Running> {
  const { run } = await import("./entry/run.ts");
  return run(options);
}

/** Throws SK-AWS-CREDENTIALS if no credentials are found (entry/credentials.ts). */
export async function requireCredentials(clock: Clock, env: RunOptions["env"]): Promise<void> {
  const { requireOwnCredentials } = await import("./entry/credentials.ts");
  return requireOwnCredentials(clock, env);
}

/** Reads a fleet from AWS (entry/read-fleet.ts). */
export async function readFleet(options: ReadFleetOptions): Promise<FleetRead> {
  const { readFleet: read } = await import("./entry/read-fleet.ts");
  return read(options);
}

/** Sends a sample alert through channels (entry/test-channels.ts). */
export async function testChannels(options: TestOptions): Promise<readonly ChannelReport[]> {
  const { testChannels: test } = await import("./entry/test-channels.ts");
  return test(options);
}

/** Reads Parameter Store (entry/read-parameters.ts). */
export async function readParameters(
  path: string,
  env: { readonly [name: string]: string | undefined },
): Promise<readonly { readonly name: string; readonly value: string }[]> {
  const { readParameters: read } = await import("./entry/read-parameters.ts");
  return read(path, env);
}

/** Loads the parts of a worker (entry/parts.ts). */
export function loadParts(): Promise<typeof Parts> {
  return import("./entry/parts.ts");
}
