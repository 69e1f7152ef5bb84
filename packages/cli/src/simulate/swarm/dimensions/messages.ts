import { type Dice, type Dimensions, several } from "./dice.ts";
import { type Holder, type NthInstance, pickInstance } from "./focus.ts";

export const MESSAGE_KINDS = [
  "no JSON",
  "cut off in the middle",
  "of an unknown instance",
  "of an account that is not ours",
  "replayed with its own id",
  "replayed with a new id",
  "AWS Health about the account",
  "AWS Health about an instance",
  "a warning of yesterday",
  "a recommendation of yesterday",
  "an end of yesterday",
  "overtaken by a later one of its instance",
] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

/** A message that reaches the queue in addition to the fleet's events, or in their place. */
export interface MessageItem {
  /** Seconds after the beginning. */
  readonly at: number;
  readonly kind: MessageKind;
  /** If it repeats an earlier message of the queue: the index of that one. */
  readonly nth: number;
  /** The instance that it names, if it is one of the fleet. */
  readonly of: NthInstance;
}

export const messagesOf = (dice: Dice, focus: readonly NthInstance[], holders: readonly Holder[]): MessageItem[] =>
  dice.may("messages") ? several(dice, 4, () => messageItem(dice, focus, holders)) : [];

const messageItem = ({ random }: Dice, focus: readonly NthInstance[], holders: readonly Holder[]): MessageItem => ({
  at: random.int(random.pick([60, 600, 2_400])),
  kind: random.pick(MESSAGE_KINDS),
  nth: random.int(8),
  of: pickInstance(random, focus, holders),
});

export const MESSAGE_DIMENSIONS: Dimensions<readonly MessageItem[]> = Object.fromEntries(
  MESSAGE_KINDS.map((kind) => [
    `message: ${kind}`,
    (messages: readonly MessageItem[]) => messages.some((one) => one.kind === kind),
  ]),
);
