/** The types of parameters and results do not matter here. */
type AnyCall = (...args: readonly unknown[]) => unknown;

/**
 * Returns a copy of the object with some of its methods wrapped. Only own properties are copied.
 *
 * @param wrap makes a method with the same types
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
