import type { z } from "zod";
import type { SnsCalls } from "../../aws/calls/sns.ts";
import type { EventBridgeCalls } from "../../aws/calls/event-bridge.ts";
import type { Clock } from "../../clock.ts";
import type { Channel } from "../alert.ts";
import type { Http } from "../../http/http.ts";

/** Somewhere to write lines to: a terminal, a file, a pipe. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal. */
  readonly columns?: number;
}

/** What channels may use. */
export interface ChannelDeps {
  readonly clock: Clock;
  readonly output: Output;
  /** `NO_COLOR` is obeyed (https://no-color.org). */
  readonly color: boolean;
  /** Resolves a secret by reference (`${env:…}`); null where no reference is given. */
  readonly secret: (reference: string | null) => Promise<string | null>;
  readonly sns: SnsCalls;
  readonly eventBridge: EventBridgeCalls;
  /** The guarded way to a URL that a user gave; `allow` names what may be called although it is not public. */
  readonly http: (allow: readonly string[]) => Http;
}

/** The one shape of a channel's file: its options in the config, and what makes the channel of them. */
export interface ChannelFactory<Options extends z.ZodType = z.ZodType> {
  /** Begins with `type: "<name>"`. */
  readonly options: Options;
  /** What users must know of the service before it is too late; told at the start and by `channels test`. */
  readonly warning?: string;
  create(options: z.output<Options>, deps: ChannelDeps): Channel;
}
