/** What calls take and answer is not looked at here. */
type AnyCall = (...args: readonly unknown[]) => unknown;

/**
 * The same object with some of its calls wrapped; what it has beside its own properties is left out.
 *
 * @param wrap makes of a call another one with the same types
 */
export function withCalls<T extends object>(
  target: T,
  calls: readonly (keyof T)[],
  wrap: (call: AnyCall) => AnyCall,
): T {
  const wrapped = calls.map((name) => {
    const call = target[name];
    if (typeof call !== "function") throw new TypeError(`${String(name)} is no call`);
    return [name, wrap((...args) => Reflect.apply(call, target, args) as unknown)] as const;
  });
  return { ...target, ...Object.fromEntries(wrapped) };
}
