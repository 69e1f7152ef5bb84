import { type Clock, type Ms, pause } from "../clock.ts";
import type { ErrorCode, SpotkeeperError } from "../errors.ts";
import type { Metadata } from "./metadata.ts";
import { observe, type Told, unwatched } from "./observe.ts";
import { lookTimeout, pace } from "./pace.ts";
import type { Watched } from "./paths.ts";
import { trouble } from "./trouble.ts";

export interface WatchOptions {
  readonly metadata: Pick<Metadata, "get">;
  readonly endpoint: URL;
  readonly paths: readonly Watched[];
  /** Milliseconds from look to look. */
  readonly poll: Ms;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onTold: (told: Told) => void;
  /** Something is wrong with a path: told once, and again when it is something else or was well in between. */
  readonly onTrouble: (error: SpotkeeperError) => void;
}

/** Watches each path on its own until the signal is aborted; resolves then. */
export async function watchMetadata(options: WatchOptions, signal: AbortSignal): Promise<void> {
  const troubles = new Map<string, ErrorCode>();
  const say = (path: string, error: SpotkeeperError | null): void => {
    if (error === null) return void troubles.delete(path);
    // One cause troubles several paths: it is told with the first.
    const known = [...troubles.values()].includes(error.code);
    troubles.set(path, error.code);
    if (!known) options.onTrouble(error);
  };
  await Promise.all(options.paths.map((watched) => watchPath(options, watched, say, signal)));
}

/** A good status and a body that makes no sense: it says nothing, not even that there is nothing. */
const UNREADABLE = "SK-AGENT-IMDS-UNREADABLE";
const ODD = "something that is not what AWS documents";

type Say = (path: string, error: SpotkeeperError | null) => void;

async function watchPath(options: WatchOptions, { path, read }: Watched, say: Say, signal: AbortSignal): Promise<void> {
  const { metadata, endpoint, poll, clock, random, onTold } = options;
  let watch = unwatched;
  let failures = 0;

  while (!signal.aborted) {
    const began = clock.now();
    const answer = await metadata.get(path, lookTimeout);
    if (signal.aborted) return;
    if (answer.is === "failed") {
      failures += 1;
      say(path, answer.error);
    } else {
      failures = 0;
      const sighting = answer.is === "nothing" ? ({ is: "absent" } as const) : read(answer.body);
      say(path, sighting.is === "unreadable" ? trouble(endpoint, UNREADABLE, `answers ${path} with ${ODD}`) : null);
      const date = answer.is === "nothing" ? null : answer.date;
      const observed = observe(watch, sighting, { now: clock.now(), wall: clock.wall(), date });
      watch = observed.watch;
      if (observed.told !== null) onTold(observed.told);
    }
    await pause(clock, began + pace(failures, poll, random()) - clock.now(), signal);
  }
}
