import { type Logger, pino } from "pino";
import type { Clock } from "./clock.ts";
import { formatLine } from "./log-line.ts";
import { redact } from "./redact.ts";

type Fields = { readonly [name: string]: unknown };

/** Structured log lines. `incident` is a field of `child`, so that all lines about one can be found. */
export interface Log {
  debug(fields: Fields, text: string): void;
  info(fields: Fields, text: string): void;
  warn(fields: Fields, text: string): void;
  error(fields: Fields, text: string): void;
  child(fields: Fields): Log;
}

export interface LogOptions {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  /** `auto`: text on a terminal, JSON elsewhere. */
  readonly format: "auto" | "json" | "text";
  readonly output: { write(text: string): unknown; readonly isTTY?: boolean };
  /** `NO_COLOR` is obeyed by whoever decides this. */
  readonly color: boolean;
  readonly clock: Pick<Clock, "now">;
}

/**
 * The log: one JSON object a line (`time`, `level`, `msg` and fields), or short lines for people. Values under keys that
 * look secret are replaced at any depth, and errors keep name, code, message and cause, nothing of an SDK's request.
 *
 * @example createLog({ ...config.log, output: process.stderr, color: true, clock }).child({ incident }).info({}, "drained");
 */
export function createLog({ level, format, output, color, clock }: LogOptions): Log {
  const text = format === "text" || (format === "auto" && output.isTTY === true);
  const write = (line: string): unknown => output.write(text ? formatLine(line, color && output.isTTY === true) : line);
  const root = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(fields),
      },
      // `redact` has made plain objects of errors already.
      serializers: { err: (error: unknown) => error },
    },
    { write },
  );
  return wrap(root);
}

/** Bindings of children are written once, before any formatter sees them. */
function wrap(logger: Logger): Log {
  return {
    debug: (fields, text) => logger.debug(fields, text),
    info: (fields, text) => logger.info(fields, text),
    warn: (fields, text) => logger.warn(fields, text),
    error: (fields, text) => logger.error(fields, text),
    child: (fields) => wrap(logger.child(redact(fields))),
  };
}
