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
  /** The caller must respect `NO_COLOR`. */
  readonly color: boolean;
  readonly clock: Pick<Clock, "now">;
}

/**
 * Creates the log: one JSON object per line (`time`, `level`, `msg` and fields), or short text lines. Values under keys
 * that look like secrets are replaced at any depth; of errors only name, code, message and cause are kept, nothing of
 * an SDK request.
 *
 * @example createLog({ ...config.log, output: process.stderr, color: true, clock }).child({ incident }).info({},
 *   "drained");
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
      // `redact` has already converted errors to plain objects.
      serializers: { err: (error: unknown) => error },
    },
    { write },
  );
  return wrap(root);
}

/** Redacts the fields of child loggers, which no formatter sees. */
function wrap(logger: Logger): Log {
  return {
    debug: (fields, text) => logger.debug(fields, text),
    info: (fields, text) => logger.info(fields, text),
    warn: (fields, text) => logger.warn(fields, text),
    error: (fields, text) => logger.error(fields, text),
    child: (fields) => wrap(logger.child(redact(fields))),
  };
}
