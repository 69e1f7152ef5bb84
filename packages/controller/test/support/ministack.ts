import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, type SuiteAPI } from "vitest";

/** What `npm test` says: the interpreter that has ministack, or empty where it could not be had. */
const provided = process.env["SPOTKEEPER_MINISTACK_PYTHON"];
const python = provided ?? join(import.meta.dirname, "../../../../.cache/ministack/bin/python");

/**
 * `describe` for suites that need ministack. They are skipped only where `npm test` has said loudly that it cannot be had
 * (and has failed, in CI); where vitest is started by hand and it is not there yet, `startMinistack` throws.
 */
export const describeWithMinistack: SuiteAPI | SuiteAPI["skip"] = provided === "" ? describe.skip : describe;

export interface MinistackServer {
  /** `http://127.0.0.1:PORT`, for the `endpoint` of any client. Any credentials will do. */
  readonly endpoint: string;
  /** Ends the server; resolves when its process is gone. */
  stop(): Promise<void>;
}

/** The server ends when its standard input does, so that it never outlives the tests, however they end. */
const program = `
import os, sys, threading
from ministack.app import main
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
main()
`;
const START_WITHIN = 60_000;

/** Starts ministack on a free port of 127.0.0.1. Its host environment would leak into what it runs: it gets none. */
export async function startMinistack(): Promise<MinistackServer> {
  if (!existsSync(python)) throw new Error("ministack is not installed yet: run `npm test` once, which installs it");
  const port = await freePort();
  const child = spawn(python, ["-c", program], {
    stdio: ["pipe", "ignore", "ignore"],
    env: {
      PATH: process.env["PATH"],
      BIND_HOST: "127.0.0.1",
      MINISTACK_HOST: "127.0.0.1",
      MINISTACK_ACCOUNT_ID: "123456789012",
      GATEWAY_PORT: String(port),
    },
  });
  const gone = once(child, "close");
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    child.stdin.end();
    child.kill("SIGKILL");
    await gone;
  };
  const signal = AbortSignal.timeout(START_WITHIN);
  for (;;) {
    const ready = await fetch(`${endpoint}/_ministack/health`, { signal }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return { endpoint, stop };
    if (signal.aborted || child.exitCode !== null) {
      await stop();
      throw new Error(`ministack was not ready within ${START_WITHIN} ms, or ended (${child.exitCode})`);
    }
    await sleep(50);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("There is no free port");
  server.close();
  await once(server, "close");
  return address.port;
}
