import type { z } from "zod";
import type { SnsCalls } from "../../aws/calls/sns.ts";
import type { EventBridgeCalls } from "../../aws/calls/event-bridge.ts";
import type { Clock } from "../../clock.ts";
import type { Channel } from "../alert.ts";
import type { Http } from "../../http/http.ts";

/** An output for lines: a terminal, a file, a pipe. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal. */
  readonly columns?: number;
}

/** Dependencies that channels may use. */
export interface ChannelDeps {
  readonly clock: Clock;
  readonly output: Output;
  /** `NO_COLOR` is obeyed (https://no-color.org). */
  readonly color: boolean;
  /** Resolves a secret reference (`${env:…}`); returns null for null. */
  readonly secret: (reference: string | null) => Promise<string | null>;
  readonly sns: SnsCalls;
  readonly eventBridge: EventBridgeCalls;
  /** HTTP client for URLs of the config, which refuses private addresses; `allow` lists exceptions. */
  readonly http: (allow: readonly string[]) => Http;
}

/** The shape of a channel's file: the schema of its options in the config, and a factory. */
export interface ChannelFactory<Options extends z.ZodType = z.ZodType> {
  /** Has a field `type` with the channel's name. */
  readonly options: Options;
  /** A warning about the service for users, null for none; shown at the start, by `config check` and `channels test`. */
  readonly warning?: (options: z.output<Options>) => string | null;
  create(options: z.output<Options>, deps: ChannelDeps): Channel;
}
