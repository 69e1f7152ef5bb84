import type { SpotkeeperError } from "../errors.ts";
import type { Send } from "../net/send.ts";
import type { Host, Settings } from "../options.ts";
import { createMetadata } from "./metadata.ts";
import type { Told } from "./observe.ts";
import { watchedPaths } from "./paths.ts";
import { createTaskMetadata, taskState } from "./task.ts";
import { watchMetadata } from "./watcher.ts";

export interface SourcesOptions {
  readonly host: Host;
  readonly settings: Settings;
  readonly send: Send;
  readonly onTold: (told: Told) => void;
  readonly onTrouble: (error: SpotkeeperError) => void;
}

export interface Sources {
  start(): void;
  /** Resolves when nothing is asked any longer. */
  stop(): Promise<void>;
}

/** Everything that says that the end is near: instance metadata, ECS, signals. */
export function createSources({ host, settings, send, onTold, onTrouble }: SourcesOptions): Sources {
  const { clock, random } = host;
  const shared = { poll: settings.poll, clock, random, onTold, onTrouble };
  let running: { readonly end: AbortController; readonly over: Promise<unknown>; readonly release: () => void } | null =
    null;

  const onSignal = (signal: unknown): void => {
    const noticedAt = new Date(clock.wall()).toISOString();
    const notice = { kind: "signal", action: null, deadline: null, noticedAt, detail: String(signal) } as const;
    onTold({ is: "appeared", heard: { notice, deadline: null } });
  };

  return {
    start() {
      if (running !== null) return;
      const end = new AbortController();
      const watching: Promise<void>[] = [];
      if (settings.metadata !== null) {
        const endpoint = settings.metadata;
        const metadata = createMetadata({ endpoint, allowV1: settings.allowV1, send, clock });
        watching.push(watchMetadata({ ...shared, metadata, endpoint, paths: watchedPaths }, end.signal));
      }
      if (settings.task !== null) {
        const endpoint = settings.task;
        const metadata = createTaskMetadata(endpoint, send);
        watching.push(watchMetadata({ ...shared, metadata, endpoint, paths: [taskState] }, end.signal));
      }
      for (const signal of settings.signals) host.on(signal, onSignal);
      running = {
        end,
        over: Promise.all(watching),
        release: () => settings.signals.forEach((signal) => host.off(signal, onSignal)),
      };
    },
    async stop() {
      const ending = running;
      running = null;
      ending?.release();
      ending?.end.abort();
      await ending?.over;
    },
  };
}
