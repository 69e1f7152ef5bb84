import type { Ask } from "../ask.ts";
import type { Clock } from "../../clock.ts";
import { AwsFailure } from "../failure.ts";
import { moreUrgent, type Urgency } from "./queue.ts";

/**
 * One item with its waiting callers. Each caller gets exactly one result: the item's, or a failure at its own deadline.
 */
export interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly key: string;
  /** Returns the urgency of its most urgent caller. */
  urgency(): Urgency;
  /** Whether any caller still waits. */
  isWanted(): boolean;
  join(ask: Ask): Promise<Answer>;
  settle(answer: Answer | AwsFailure): void;
}

/**
 * @param late makes the failure of a caller whose deadline passes
 * @param onUnwanted called when the last caller has reached its deadline
 */
export function createWaiting<Item, Answer>(
  item: Item,
  key: string,
  clock: Clock,
  late: () => AwsFailure,
  onUnwanted: () => void,
): Waiting<Item, Answer> {
  const callers = new Set<(answer: Answer | AwsFailure) => void>();
  let urgency: Urgency | null = null;

  return {
    item,
    key,
    urgency: () => urgency ?? { purpose: "sweep", deadline: Infinity },
    isWanted: () => callers.size > 0,
    join(ask) {
      urgency = urgency === null ? ask : moreUrgent(urgency, ask);
      return new Promise<Answer>((resolve, reject) => {
        const answer = (value: Answer | AwsFailure): void => {
          callers.delete(answer);
          cancel();
          if (value instanceof AwsFailure) reject(value);
          else resolve(value);
        };
        callers.add(answer);
        const cancel = clock.setTimer(ask.deadline, () => {
          answer(late());
          if (callers.size === 0) onUnwanted();
        });
      });
    },
    settle(value) {
      for (const answer of [...callers]) answer(value);
    },
  };
}
