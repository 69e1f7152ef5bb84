import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../packages/controller/src/clock.ts";
import { parseConfig } from "../../packages/controller/src/config/load.ts";
import type { Channel } from "../../packages/controller/src/notify/alert.ts";
import type { ChannelDeps } from "../../packages/controller/src/notify/channels/channel.ts";
import { channels } from "../../packages/controller/src/notify/channels/index.ts";

const docs = join(import.meta.dirname, "../../docs");

/** Returns every driver of the registry, configured as in its docs page, so that a new driver is included. */
export function everyDriver(deps: ChannelDeps): ReadonlyMap<string, Channel> {
  const configured = new Map(
    pages()
      .flatMap(configsOf)
      .map((options) => [options.type, options] as const),
  );
  return new Map(
    Object.entries(channels).flatMap(([type, driver]) => {
      const options = configured.get(type as keyof typeof channels);
      // Each driver gets options parsed by its own schema.
      const { create } = driver as { create(options: unknown, deps: ChannelDeps): Channel };
      return options === undefined ? [] : [[type, create(options, deps)] as const];
    }),
  );
}

type Options = ReturnType<typeof parseConfig>["channels"][string];

const pages = (): string[] =>
  readdirSync(docs, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => readFileSync(join(docs, name), "utf8"));

function configsOf(page: string): readonly Options[] {
  return [...page.matchAll(/^```yaml\n(.*?)^```/gms)].flatMap(([, text = ""]) => {
    try {
      return /^channels:/m.test(text) ? Object.values(parseConfig(text, "docs").channels) : [];
    } catch {
      return []; // A part of a config, shown for its own sake.
    }
  });
}

/** What each service says when it has accepted a message. */
const ANSWER = JSON.stringify({ ok: true, status: "success", requestId: "1", id: "1", name: "spaces/1/messages/1" });

/** Returns what drivers may use, without a service behind it: only the bytes of what they send are counted. */
export function countingDeps(count: (bytes: number) => void): ChannelDeps {
  const bytesOf = (value: unknown): number =>
    Buffer.byteLength(typeof value === "string" ? value : JSON.stringify(value));
  const deps: Partial<ChannelDeps> = {
    clock: systemClock,
    output: { write: (text) => count(bytesOf(text)) },
    color: false,
    // For some channels a secret is a key, for others the URL.
    secret: () => Promise.resolve("https://example.com/a-secret"),
    http: () => (request) => {
      count(bytesOf(request.body ?? ""));
      return Promise.resolve({
        is: "answer",
        status: 200,
        retryAfter: null,
        text: ANSWER,
        whole: true,
        header: () => null,
      });
    },
  };
  // Stands for any AWS service: counts its input, and answers nothing.
  const service = new Proxy(
    {},
    {
      get:
        () =>
        (...args: unknown[]) => {
          count(bytesOf(args));
          return Promise.resolve();
        },
    },
  );
  return new Proxy(deps, { get: (target, name): unknown => Reflect.get(target, name) ?? service }) as ChannelDeps;
}
