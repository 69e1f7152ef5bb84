import type { Clock } from "../clock.ts";
import type { SpotkeeperError } from "../errors.ts";
import type { Health } from "./ledger/ledger.ts";

/** Keeps the health of a store. `since` changes when the store fails, fails for another reason, or recovers. */
export function createHealth(clock: Pick<Clock, "now">): {
  readonly get: () => Health;
  readonly up: () => void;
  readonly down: (failure: SpotkeeperError) => void;
  readonly lost: (failure: SpotkeeperError) => void;
} {
  let state: Health = { ok: true, code: null, message: null, since: clock.now() };
  return {
    get: () => state,
    up() {
      if (!state.ok) state = { ...state, ok: true, code: null, message: null, since: clock.now() };
    },
    down({ code, message }) {
      if (state.code !== code) state = { ...state, ok: false, code, message, since: clock.now() };
    },
    lost({ code, message }) {
      state = { ...state, lost: { code, message } };
    },
  };
}
