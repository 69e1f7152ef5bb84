import type { HttpBindings } from "@hono/node-server";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Clock } from "../clock.ts";
import type { Verdict } from "../signal/verdict.ts";
import type { OpenIncidents } from "../notify/open-incidents.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Silences } from "../notify/silences.ts";
import type { Archive } from "../record/archive/archive.ts";
import type { Ledger } from "../record/ledger/ledger.ts";
import type { Origin } from "../model/signal.ts";
import type { Bus } from "./bus.ts";
import type { Metrics } from "../measure/metrics.ts";
import type { PageFiles } from "./page-files.ts";

/** A reason why the worker is not ready; `what` is one word: `ledger`, `source`, `clock`, `no-source`, `stopping`. */
export interface Unready {
  readonly what: string;
  readonly code: string | null;
  readonly message: string;
}

export interface ShowLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface ShowDeps {
  readonly ledger: Pick<Ledger, "list" | "load" | "history" | "unarchived" | "health">;
  readonly archive: Pick<Archive, "get" | "list" | "panel" | "durations">;
  readonly silences: Pick<Silences, "list" | "add" | "edit" | "expire">;
  readonly openIncidents: OpenIncidents;
  readonly inventory: Pick<Inventory, "entries">;
  readonly accept: (body: string, origin: Origin) => Promise<Verdict>;
  /** Returns reasons other than the ledger why the worker is not ready: a failed source, a worker that stops. */
  readonly readiness: () => readonly Unready[];
  readonly metrics: Pick<Metrics, "text" | "contentType">;
  readonly bus: Pick<Bus, "subscribe" | "since">;
  readonly clock: Clock;
  readonly log: ShowLog;
}

export interface ShowOptions {
  /** `host:port`; DEFAULT_LISTEN by default. Addresses other than loopback need a token. */
  readonly listen?: string;
  /** Tokens of readers; without any, no token is needed. */
  readonly tokens?: readonly string[];
  /** Tokens of senders of signals; without any, no signals are accepted over HTTP. */
  readonly ingestTokens?: readonly string[];
  /** Sources whose events are accepted as AWS's. */
  readonly trusted?: readonly string[];
  /** The files of the page; absent: only the API answers. */
  readonly page?: PageFiles;
  /** Its fleet is simulated: each answer says so, so that commands do not take it for a real worker. */
  readonly sandbox?: boolean;
  /** Addresses and ranges of proxies with many clients: no limit per address. */
  readonly proxies?: readonly string[];
}

/** Hono's environment of a request. */
export interface ShowEnv {
  Bindings: HttpBindings;
}

export type ShowApp = OpenAPIHono<ShowEnv>;
