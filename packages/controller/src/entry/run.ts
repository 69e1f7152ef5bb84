import { lookup } from "node:dns";
import { randomUUID } from "node:crypto";
import { createAws } from "../aws/index.ts";
import { type ClientsOptions, createClients } from "../aws/clients.ts";
import type { CallRecord } from "../aws/operation.ts";
import { systemClock } from "../clock.ts";
import { correctClock } from "../corrected-clock.ts";
import type { Config } from "../config/schema.ts";
import { createSweeper } from "../inventory/sweep/sweeper.ts";
import type { Log } from "../log.ts";
import type { ChannelDeps } from "../notify/channels/channel.ts";
import { guardedHttp } from "../http/http.ts";
import { proxiesIn } from "../http/proxy.ts";
import { linksTo, NO_LINKS } from "../notify/message/links.ts";
import { createTroubleTeller } from "../notify/trouble.ts";
import { createBus } from "../show/bus.ts";
import { createMetrics } from "../measure/metrics.ts";
import { showing } from "../show/observe.ts";
import { measuring } from "../measure/observe.ts";
import { observedBy, type Observer } from "../flow/observer.ts";
import { readPage } from "../show/page-files.ts";
import { createShow } from "../show/server.ts";
import type { Unready } from "../show/deps.ts";
import { createSqsSource, type SqsSource } from "../signal/transports/sqs.ts";
import { queueAt } from "../signal/transports/queue-url.ts";
import { openChannels, warningOf } from "./channels.ts";
import { regionIn } from "./environment.ts";
import { resolvePath } from "./files.ts";
import { createLiveSettings, reload } from "./live-settings.ts";
import { knownIn, knownText, logFirstRead, scopeText } from "./known.ts";
import { itemTables } from "./item-tables.ts";
import { placesOf } from "./places.ts";
import { createFailures } from "./outage.ts";
import { clockChanged, clockReason } from "./wrong-clock.ts";
import { logMissingSecrets, openSecrets, resolved } from "./secrets.ts";
import { openStores } from "./stores.ts";
import { createLease } from "./lease.ts";
import { retainedIn } from "./retained.ts";
import { createOwnAccount } from "./own-account.ts";
import { createWorker } from "./worker.ts";
import type { Clock, Ms } from "../clock.ts";

/** Options of a worker process. */
export interface RunOptions {
  readonly config: Config;
  readonly log: Log;
  readonly env: { readonly [name: string]: string | undefined };
  readonly output: ChannelDeps["output"];
  readonly color: boolean;
  readonly clock?: Clock;
  /** Fixed credentials or another way to AWS, for a simulator. */
  readonly aws?: Partial<Pick<ClientsOptions, "credentials" | "requestHandler">>;
  /** Folder of the built page; absent: only the API answers. */
  readonly page?: string;
  /** The fleet is simulated: answers of the API say so. */
  readonly sandbox?: boolean;
  /** Hooks for a screen, in addition to metrics and log. */
  readonly tap?: Tap;
}

export interface Tap extends Required<Pick<Observer, "onAccepted" | "onEntries">> {
  readonly onCall: (call: CallRecord) => void;
}

export interface Running {
  /** URL of the API. */
  readonly url: string;
  /**
   * Reads the config again and uses it from now on; what cannot change while the worker runs is logged. A config that is
   * invalid is logged, and changes nothing.
   */
  reload(read: () => Config): void;
  /** Stops gracefully: accepts no more messages, lets running work end, and closes. Idempotent. */
  stop(within: Ms): Promise<void>;
}

/** Reads for the alerts of a storm start at multiples of this; the first alert is sent after five seconds anyway. */
const GATHER: Ms = 1_000;
const SWEEP_CALLS_A_MINUTE = 30;
const SWEEP_OFTEN: Ms = 600_000;
const FORGET_AFTER: Ms = 86_400_000;
const NO_SOURCE =
  "no source is configured: no interruption is heard of, and only what was begun before is finished. Set sources.sqs or sources.http";

/**
 * Starts the worker of a config: drivers, sources, flow, API. Resolves once it listens and consumes. Rejects with
 * `SpotkeeperError` if something essential is not available.
 */
export async function run({
  config,
  log,
  env,
  output,
  color,
  clock: machine = systemClock,
  aws: access = {},
  sandbox = false,
  page: pageFolder,
  tap,
}: RunOptions): Promise<Running> {
  const clock = correctClock(machine, (ahead) => clockChanged(log, ahead));
  const metrics = createMetrics();
  const bus = createBus(clock);
  const random = Math.random;
  const owner = randomUUID();

  const proxies = proxiesIn(env);
  const clients = createClients({
    clock,
    proxies,
    accounts: config.aws.accounts,
    endpoint: config.aws.endpoint,
    credentials: null,
    requestHandler: null,
    timeListener: clock,
    ...access,
  });
  // A queue with another endpoint than AWS's is in the region of the process, as in the SDK.
  const elsewhere = regionIn(env);
  const queues = config.sources.sqs.map((queue) => ({ ...queue, at: queueAt(queue.queueUrl, elsewhere) }));
  const onCall = (call: CallRecord): void => {
    metrics.call(call);
    tap?.onCall(call);
  };
  const aws = createAws({
    clock,
    random,
    clients,
    accounts: config.aws.accounts,
    ownAccount: () => ownAccount.current(),
    onCall,
  });

  const region = elsewhere ?? queues[0]?.at.region ?? null;
  const ownAccount = createOwnAccount({ sts: aws.sts, region: region ?? config.aws.regions[0] ?? null, clock, log });
  const http = guardedHttp({ clock, lookup, proxies });
  const secrets = await openSecrets(config.secrets, { clock, env, aws: aws.secretStores, region, http });
  const secret = secrets.resolve;
  const itemTable = itemTables(clients, elsewhere);
  const stores = await openStores(config, { clock, owner, resolvePath, itemTable, secrets, http });
  const { ledger, archive, inventory } = stores;
  const { sns, eventBridge } = aws;
  const deps: ChannelDeps = { clock, output, color, secret, sns, eventBridge, http };
  const settings = createLiveSettings(config, (configured) => {
    for (const [channel, options] of Object.entries(configured)) {
      const warning = warningOf(options);
      if (warning !== null) log.warn({ channel }, warning);
    }
    return openChannels(configured, deps);
  });
  const { channels, routes, suppress, policy } = settings;
  const observe = { alert: metrics.alert };
  const tellTrouble = createTroubleTeller({ channels, clock, random, observe });
  const { told: onFailure, stop: stopTelling } = createFailures(log, ledger, clock, tellTrouble);
  const logging: Observer = {
    onEntries(_doc, entries) {
      for (const entry of entries)
        log[entry.data["attention"] === true ? "warn" : "info"]({ incident: entry.key, ...entry.data }, entry.text);
    },
  };
  const observer = observedBy([measuring(metrics), showing(bus), tap ?? {}, logging, { onFailure }], (error) =>
    onFailure("metrics, log or live page", error),
  );

  const worker = createWorker({
    clock,
    random,
    ledger,
    archive,
    inventory,
    aws,
    policy,
    overrides: config.policy.clusters,
    channels,
    routes,
    suppress,
    links: config.show.url === null ? NO_LINKS : linksTo(config.show.url),
    secrets,
    trusted: config.sources.trusted,
    gather: GATHER,
    observer,
  });

  const sources: SqsSource[] = queues.map(({ at, ...queue }) =>
    createSqsSource({
      ...queue,
      client: clients.sqs(at),
      at,
      clock,
      random,
      stamped: clock.stamped,
      handle: (body, origin) => worker.accept(body, origin),
      log,
    }),
  );
  const stopping = new AbortController();
  const deaf = config.sources.sqs.length === 0 && config.sources.http === null;
  if (deaf) log.warn({}, NO_SOURCE);
  const readiness = (): Unready[] => [
    ...(deaf ? [{ what: "no-source", code: null, message: NO_SOURCE }] : []),
    ...sources.flatMap((source) => source.unready()),
    ...clockReason(clock.ahead()),
    ...(stopping.signal.aborted ? [{ what: "stopping", code: null, message: "it drains" }] : []),
  ];
  // The answer also corrects the clock, before any deadline is compared.
  await ownAccount.ask();
  const page = pageFolder === undefined ? null : await readPage(pageFolder);
  if (pageFolder !== undefined && page === null)
    log.warn({ folder: pageFolder }, "the page is not built: only the API answers. In a clone, run npm run build");
  const show = await createShow(
    {
      ...{ ledger, archive, inventory, readiness, metrics, bus, clock, log },
      ...{ silences: worker.silences, openIncidents: worker.openIncidents, accept: worker.accept },
    },
    {
      listen: config.show.listen,
      sandbox,
      ...(page === null ? {} : { page }),
      proxies: config.show.proxies,
      trusted: config.sources.trusted,
      tokens: await resolved("show.auth.tokens", secret, config.show.auth?.tokens ?? []),
      ingestTokens: await resolved(
        "sources.http.token",
        secret,
        config.sources.http === null ? [] : [config.sources.http.token],
      ),
    },
  );
  await worker.start();
  logMissingSecrets(config, secret, log);
  const places = placesOf(config, elsewhere);
  const atStart = knownIn(inventory);
  log.info(
    { queues: queues.map(({ queueUrl }) => queueUrl), places, known: atStart },
    `${scopeText(queues.length, places)}; known from before: ${knownText(atStart)}`,
  );
  for (const source of sources) source.start();
  const sweeper = createSweeper({
    aws,
    inventory,
    clock,
    random,
    lease: createLease(ledger, clock, owner),
    places,
    ownAccount: ownAccount.current,
    onGroups: (place, groups, at) => {
      for (const signal of retainedIn(place, groups, at)) void worker.acceptSignal(signal);
    },
    onRead: (place, failed) => logFirstRead(log, inventory, place, failed),
    callsPerMinute: SWEEP_CALLS_A_MINUTE,
    often: SWEEP_OFTEN,
    keep: FORGET_AFTER,
  });
  const sweeping = sweeper.run(stopping.signal).catch((error: unknown) => onFailure("the inventory's sweep", error));

  let stopped: Promise<void> | null = null;
  return {
    url: show.url,
    reload(read) {
      const next = reload(settings, read, log);
      metrics.reloaded(next !== null);
      if (next !== null) logMissingSecrets(next, secret, log);
    },
    stop(within) {
      stopped ??= (async () => {
        stopping.abort(new Error("the worker stops"));
        const half = within / 2;
        // A read of the sweep may take longer than the stop waits.
        const swept = Promise.race([sweeping, clock.sleep(half)]);
        await Promise.all([...sources.map((source) => source.stop(half)), swept]);
        await Promise.all([worker.stop(half), show.close(half)]);
        stopTelling();
        ownAccount.stop();
        await stores.close();
        aws.close();
      })();
      return stopped;
    },
  };
}
