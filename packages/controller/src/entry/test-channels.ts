import { lookup } from "node:dns";
import { createAws } from "../aws/index.ts";
import { createClients } from "../aws/clients.ts";
import { type Clock, systemClock } from "../clock.ts";
import { nearest } from "../nearest.ts";
import type { Config } from "../config/schema.ts";
import { SpotkeeperError } from "../errors.ts";
import type { AlertModel, Channel, MissedNow } from "../notify/alert.ts";
import type { ChannelDeps } from "../notify/channels/channel.ts";
import { guardedHttp } from "../http/http.ts";
import { proxiesIn } from "../http/proxy.ts";
import { sampleAlert } from "../notify/message/sample.ts";
import { sendOnce } from "../notify/outbox/send.ts";
import type { Plain } from "../model/plain.ts";
import { openChannels, warningOf } from "./channels.ts";
import { regionIn } from "./environment.ts";
import { openSecrets } from "./secrets.ts";

export interface TestOptions {
  readonly config: Config;
  readonly env: { readonly [name: string]: string | undefined };
  /** Where a console channel writes. */
  readonly output: ChannelDeps["output"];
  readonly color: boolean;
  /** Names of channels; empty: all. */
  readonly names: readonly string[];
  readonly clock?: Clock;
}

/** The result of a channel's test. Contains no secret: reasons are the same as in alerts and the journal. */
export interface ChannelReport {
  readonly channel: string;
  readonly type: string;
  readonly ok: boolean;
  /** A warning about the service for users; null means none. */
  readonly warning: string | null;
  readonly sends: readonly {
    readonly phase: AlertModel["phase"];
    readonly ok: boolean;
    readonly reason: string | null;
    readonly seconds: number;
  }[];
}

/**
 * Sends a sample alert through configured channels: its receipt, then its outcome, both marked as a test. One attempt
 * each, channels concurrently. Throws SK-CALL-CHANNEL for a name that is not configured.
 */
export async function testChannels(options: TestOptions): Promise<readonly ChannelReport[]> {
  const { config, env, output, color, names, clock = systemClock } = options;
  const known = Object.keys(config.channels);
  for (const name of names) if (!known.includes(name)) throw unknown(name, known);
  const proxies = proxiesIn(env);
  const clients = createClients({
    clock,
    proxies,
    accounts: config.aws.accounts,
    endpoint: config.aws.endpoint,
    credentials: null,
    requestHandler: null,
  });
  const { accounts } = config.aws;
  const aws = createAws({ clock, random: Math.random, clients, accounts, ownAccount: null, onCall: () => {} });
  const region = regionIn(env) ?? null;
  const http = guardedHttp({ clock, lookup, proxies });
  const { resolve: secret } = await openSecrets(config.secrets, { clock, env, aws: aws.secretStores, region, http });
  const { sns, eventBridge } = aws;
  const deps: ChannelDeps = { clock, output, color, secret, sns, eventBridge, http };
  const chosen = [...openChannels(config.channels, deps)].filter(
    ([name]) => names.length === 0 || names.includes(name),
  );
  try {
    return await Promise.all(
      chosen.map(async ([channel, driver]) => {
        const sends = await tryOut(driver, clock);
        const configured = config.channels[channel];
        const warning = configured === undefined ? null : warningOf(configured);
        return { channel, type: configured?.type ?? "", ok: sends.every(({ ok }) => ok), warning, sends };
      }),
    );
  } finally {
    aws.close();
  }
}

/** Sends the receipt and, only if that succeeded, the outcome. */
async function tryOut(driver: Channel, clock: Clock): Promise<ChannelReport["sends"]> {
  const sends: ChannelReport["sends"][number][] = [];
  let previous: Plain = null;
  const openedAt = clock.now();
  for (const phase of ["receipt", "outcome"] as const) {
    const began = clock.now();
    const result = await sendOnce(driver, sampleAlert(phase, openedAt), previous, clock);
    const reason = result.is === "sent" ? missedBySome(result.missed) : result.reason;
    const ok = reason === null;
    sends.push({ phase, ok, reason, seconds: (clock.now() - began) / 1_000 });
    if (result.is !== "sent") break;
    previous = result.receipt ?? true;
  }
  return sends;
}

function missedBySome(missed: MissedNow | undefined): string | null {
  const who = [missed?.final ?? null, missed?.owed?.reason ?? null].filter((one) => one !== null);
  return who.length === 0 ? null : `did not reach ${who.join(", ")}; the other recipients got it`;
}

function unknown(name: string, known: readonly string[]): SpotkeeperError {
  const near = nearest(name, known);
  const hint = near === null ? `There are ${known.join(", ") || "none"}.` : `Did you mean ${near}?`;
  return new SpotkeeperError("SK-CALL-CHANNEL", `No channel is called ${name}. ${hint}`);
}
