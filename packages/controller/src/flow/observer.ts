import type { Doc } from "../model/doc.ts";
import type { Entry } from "../model/journal.ts";
import type { Origin, Parsed, Signal } from "../model/signal.ts";

/** Hooks for metrics, the live stream and logs. */
export interface Observer {
  readonly onParsed?: (parsed: Parsed, origin: Origin) => void;
  readonly onAccepted?: (doc: Doc<"incident">, signal: Signal, fresh: boolean) => void;
  readonly onEntries?: (doc: Doc, entries: readonly Entry[]) => void;
  readonly onAlert?: (channel: string, outcome: string) => void;
  readonly onSuppressed?: (reason: string) => void;
  readonly onFailure?: (what: string, error: unknown) => void;
}

/** Combines observers. An error in one must not stop the handling: it is reported, and the others are still called. */
export function observedBy(observers: readonly Observer[], onFailure: (error: unknown) => void): Required<Observer> {
  const tell =
    <A extends readonly unknown[]>(hook: (one: Observer) => ((...args: A) => void) | undefined) =>
    (...args: A): void => {
      for (const one of observers)
        try {
          hook(one)?.(...args);
        } catch (error) {
          onFailure(error);
        }
    };
  return {
    onParsed: tell((one) => one.onParsed),
    onAccepted: tell((one) => one.onAccepted),
    onEntries: tell((one) => one.onEntries),
    onAlert: tell((one) => one.onAlert),
    onSuppressed: tell((one) => one.onSuppressed),
    onFailure: tell((one) => one.onFailure),
  };
}
