import { DatabaseSync } from "node:sqlite";
import { vi } from "vitest";

/**
 * Runs `opening`, and right before its statement number `n` (from 0) what another process could do just then. SQLite's
 * calls are synchronous, so that between two of them is the only place where this process sees another's work.
 * Answers whether there was such a statement.
 */
export function interleave(n: number, opening: () => void, other: () => void): boolean {
  let count = 0;
  let inOther = false;
  const before = (): void => {
    if (inOther || count++ !== n) return;
    inOther = true;
    other();
    inOther = false;
  };
  const { exec, prepare } = DatabaseSync.prototype;
  const spies = [
    vi.spyOn(DatabaseSync.prototype, "exec").mockImplementation(function (this: DatabaseSync, sql) {
      before();
      exec.call(this, sql);
    }),
    vi.spyOn(DatabaseSync.prototype, "prepare").mockImplementation(function (this: DatabaseSync, ...args) {
      before();
      return prepare.apply(this, args);
    }),
  ];
  try {
    opening();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return count > n;
}
