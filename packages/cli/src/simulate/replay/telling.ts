import {
  type AlertModel,
  type AlertView,
  type Channel,
  type Config,
  loadParts,
  renderText,
} from "@spotkeeper/controller";
import type { VirtualClock } from "@spotkeeper/simulator";

/** One message as people would get it. */
export interface Told {
  readonly at: string;
  readonly channels: readonly string[];
  readonly phase: AlertModel["phase"];
  readonly severity: AlertModel["severity"];
  /** The title, then the text. */
  readonly lines: readonly string[];
}

/** An alert, or a part of it, that nobody or one channel less was told, and why. */
export type Withheld = AlertView["withheld"][number];

export interface Telling {
  /** The channels of a config, which record what they would send and send nothing. */
  readonly channels: (clock: VirtualClock) => ReadonlyMap<string, Channel>;
  readonly told: readonly Told[];
}

const SHOWN = { mostMembers: 10, mostBytes: 16 * 1024 };

/** Creates channels that behave like the configured ones (updates, limits), and record instead of sending. */
export async function recordTelling(configured: Config["channels"]): Promise<Telling> {
  const { openChannels } = await loadParts();
  const told: Told[] = [];

  function record(channel: string, model: AlertModel, at: number): void {
    const time = new Date(at).toISOString();
    const lines = renderText(model, SHOWN);
    const same = told.findIndex((one) => one.at === time && one.lines.join("\n") === lines.join("\n"));
    const before = told[same];
    if (before !== undefined) told[same] = { ...before, channels: [...before.channels, channel] };
    else told.push({ at: time, channels: [channel], phase: model.phase, severity: model.severity, lines });
  }

  return {
    told,
    channels: (clock) =>
      new Map(
        [...openChannels(configured, nowhere(clock))].map(([name, { updates, pace }]) => [
          name,
          {
            updates,
            pace,
            send: (model) => {
              record(name, model, clock.now());
              return Promise.resolve({ is: "sent", receipt: null });
            },
          } satisfies Channel,
        ]),
      ),
  };
}

type ChannelDeps = Parameters<Awaited<ReturnType<typeof loadParts>>["openChannels"]>[1];

/** Dependencies of channels that are never sent with. */
function nowhere(clock: VirtualClock): ChannelDeps {
  const never = (): never => {
    throw new Error("a replay sends nothing");
  };
  return {
    clock,
    output: { write: never },
    color: false,
    secret: () => Promise.resolve(null),
    sns: { publish: never, maximumMessageSize: never },
    eventBridge: { put: never },
    http: () => never,
  };
}
