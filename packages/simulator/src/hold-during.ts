import type { VirtualClock } from "./virtual-clock.ts";

/**
 * Wraps an object so that its calls hold the virtual clock until they settle. Use it for something that answers in a
 * later turn of the event loop without a timer (a database with batched commits): otherwise the program would look
 * idle.
 *
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
