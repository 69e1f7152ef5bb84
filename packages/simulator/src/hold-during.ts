import type { VirtualClock } from "./virtual-clock.ts";

/**
 * The same object, whose calls hold the virtual clock until they have settled: for what answers in a later turn of the
 * event loop without a timer (a database that commits once a turn), which else would look like a program at rest.
 * @example const ledger = holdDuring(clock, openSqliteLedger({ file, clock }))
 */
export function holdDuring<T extends object>(clock: VirtualClock, target: T): T {
  return new Proxy(target, {
    get(object, name, receiver): unknown {
      const value: unknown = Reflect.get(object, name, receiver);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(value, object, args);
        if (!(result instanceof Promise)) return result;
        const release = clock.hold();
        return result.finally(release);
      };
    },
  });
}
