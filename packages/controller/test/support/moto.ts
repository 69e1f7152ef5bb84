import { type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, type SuiteAPI } from "vitest";

/** What `npm test` says: the interpreter that has moto, or empty where moto could not be had. */
const provided = process.env["SPOTKEEPER_MOTO_PYTHON"];
/** Has moto, and with it botocore. */
export const python: string = provided ?? join(import.meta.dirname, "../../../../.cache/moto/bin/python");

/**
 * `describe` for suites that need moto. They are skipped only where `npm test` has said loudly that moto cannot be had
 * (and has failed, in CI); where vitest is started by hand and moto is not there yet, `startMoto` throws.
 */
export const describeWithMoto: SuiteAPI | SuiteAPI["skip"] = provided === "" ? describe.skip : describe;

export interface MotoServer {
  /** `http://127.0.0.1:PORT`, for the `endpoint` of any client. Any credentials will do. */
  readonly endpoint: string;
  /** Forgets all resources of all accounts (some 60 ms). */
  reset(): Promise<void>;
  /** Keeps ECS tasks in the state they are in; by itself moto moves them on with each read. A `reset` keeps this. */
  holdTaskStates(): Promise<void>;
  /** Ends the server; resolves when its process is gone. Asking twice returns the first promise. */
  stop(): Promise<void>;
}

interface Options {
  /** Services (as they sign: `ec2`, `autoscaling`, …) whose first, slow call (1 to 2 s) is made before this resolves. */
  readonly warmUp?: readonly string[];
}

/**
 * The server ends when its standard input does, so that it never outlives the tests, however they end. `-p 0` lets the
 * system choose a free port; Werkzeug prints it on standard error.
 */
const program = `
import os, sys, threading
from moto.server import main
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
main(["-H", "127.0.0.1", "-p", "0"])
`;

const startDeadline = 60_000;
const stopDeadline = 5_000;

/**
 * Starts one moto server on a free port of 127.0.0.1. Call it in `beforeAll`, `reset()` in `beforeEach`, `stop()` in
 * `afterAll`.
 *
 * @throws where moto is not installed, or the server is not ready within a minute; the message says which.
 */
export async function startMoto({ warmUp = [] }: Options = {}): Promise<MotoServer> {
  if (!existsSync(python)) throw new Error("moto is not installed yet: run `npm test` once, which installs it");
  const child = spawn(python, ["-c", program], {
    stdio: ["pipe", "ignore", "pipe"],
    env: { ...process.env, MOTO_EC2_LOAD_DEFAULT_AMIS: "false", PYTHONUNBUFFERED: "1" },
  });
  const gone = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
  });
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= end(child, gone));

  try {
    const endpoint = await announcedEndpoint(child);
    await ready(endpoint);
    await Promise.all(warmUp.map((service) => firstCall(endpoint, service)));
    return {
      endpoint,
      reset: () => post(`${endpoint}/moto-api/reset`),
      holdTaskStates: () =>
        post(`${endpoint}/moto-api/state-manager/set-transition`, {
          model_name: "ecs::task",
          transition: { progression: "manual", times: 100_000 },
        }),
      stop,
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

function announcedEndpoint(child: ChildProcessByStdio<Writable, null, Readable>): Promise<string> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    const fail = (why: string): void => reject(new Error(`moto ${why}; it said: ${said.slice(-5).join(" / ")}`));
    const timer = setTimeout(() => fail(`named no port within ${startDeadline} ms`), startDeadline);
    createInterface({ input: child.stderr }).on("line", (line) => {
      // The stream is read to its end: a full pipe would block the server.
      if (said.length < 100) said.push(line);
      const endpoint = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (endpoint !== undefined) {
        clearTimeout(timer);
        resolve(endpoint);
      }
    });
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
  });
}

async function ready(endpoint: string): Promise<void> {
  const signal = AbortSignal.timeout(startDeadline);
  for (;;) {
    const status = await fetch(`${endpoint}/moto-api/data.json`, { signal }).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    signal.throwIfAborted();
    await sleep(50);
  }
}

/** moto tells services apart by the scope of the signature, which it does not verify. What the service answers does not matter. */
async function firstCall(endpoint: string, service: string): Promise<void> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=warm/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "Action=WarmUp",
    signal: AbortSignal.timeout(startDeadline),
  });
  await response.arrayBuffer();
}

async function post(url: string, body?: object): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`moto answered ${response.status} to ${new URL(url).pathname}: ${text}`);
}

async function end(child: ChildProcessByStdio<Writable, null, Readable>, gone: Promise<void>): Promise<void> {
  child.stdin.end();
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopDeadline);
  await gone;
  clearTimeout(timer);
}
