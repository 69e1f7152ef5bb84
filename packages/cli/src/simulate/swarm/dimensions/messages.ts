import { type Dice, type Dimensions, several } from "./dice.ts";

export const MESSAGE_KINDS = [
  "no JSON",
  "cut off in the middle",
  "of an unknown instance",
  "of an account that is not ours",
  "replayed with its own id",
  "replayed with a new id",
  "AWS Health about the account",
] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

/** A message that reaches the queue beside what the fleet says. */
export interface MessageItem {
  /** Seconds after the beginning. */
  readonly at: number;
  readonly kind: MessageKind;
  /** Which of the messages that the queue had before, counted from 0, where it repeats one. */
  readonly nth: number;
}

export const messagesOf = (dice: Dice): MessageItem[] =>
  dice.may("messages") ? several(dice, 3, () => messageItem(dice)) : [];

const messageItem = ({ random }: Dice): MessageItem => ({
  at: random.int(random.pick([60, 600, 2_400])),
  kind: random.pick(MESSAGE_KINDS),
  nth: random.int(8),
});

export const MESSAGE_DIMENSIONS: Dimensions<readonly MessageItem[]> = Object.fromEntries(
  MESSAGE_KINDS.map((kind) => [
    `message: ${kind}`,
    (messages: readonly MessageItem[]) => messages.some((one) => one.kind === kind),
  ]),
);
