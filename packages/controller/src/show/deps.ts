import type { HttpBindings } from "@hono/node-server";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Clock } from "../clock.ts";
import type { Verdict } from "../signal/verdict.ts";
import type { Silences } from "../notify/silences.ts";
import type { Archive } from "../record/archive/archive.ts";
import type { Ledger } from "../record/ledger/ledger.ts";
import type { Origin } from "../model/signal.ts";
import type { Bus } from "./bus.ts";
import type { Metrics } from "../measure/metrics.ts";

/** Something that keeps the worker from doing its work; `what` is one word: `ledger`, `source`, `clock`, `no-source`, `stopping`. */
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
  readonly archive: Pick<Archive, "get" | "list">;
  readonly silences: Pick<Silences, "list" | "add" | "expire">;
  readonly accept: (body: string, origin: Origin) => Promise<Verdict>;
  /** What else than the ledger keeps it from being ready: a source that fails, a worker that stops. */
  readonly readiness: () => readonly Unready[];
  readonly metrics: Pick<Metrics, "text" | "contentType">;
  readonly bus: Pick<Bus, "subscribe" | "since">;
  readonly clock: Clock;
  readonly log: ShowLog;
}

export interface ShowOptions {
  /** `host:port`; DEFAULT_LISTEN by default. Others than loopback need a token. */
  readonly listen?: string;
  /** Whoever reads sends one of these; none are wanted where there are none. */
  readonly tokens?: readonly string[];
  /** Whoever sends signals sends one of these; without any, none are taken over HTTP. */
  readonly ingestTokens?: readonly string[];
  /** Sources whose events are taken for AWS's. */
  readonly trusted?: readonly string[];
  /** Addresses and ranges behind which many callers stand: no bound for each of them. */
  readonly proxies?: readonly string[];
}

/** What Hono knows of a request here. */
export interface ShowEnv {
  Bindings: HttpBindings;
}

export type ShowApp = OpenAPIHono<ShowEnv>;
