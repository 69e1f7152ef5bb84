import { classify } from "../../../aws/classify.ts";
import type { AwsFailure } from "../../../aws/failure.ts";
import type { Clock, Ms } from "../../../clock.ts";
import type { CallSqs } from "./calls.ts";
import { KEPT_FROM, received, type Received, type SqsClient } from "./client.ts";

export interface ReceiverOptions {
  readonly client: Pick<SqsClient, "receiveMessage">;
  readonly queueUrl: string;
  /** Messages that are handled at the same time. */
  readonly concurrency: number;
  readonly clock: Clock;
  /** 0..1, for jitter. */
  readonly random: () => number;
  readonly call: CallSqs;
  readonly stopping: AbortSignal;
  /** Handles a message. Settles when it is done; never rejects. */
  readonly take: (message: Received) => Promise<void>;
  /** Called after a failed receive, and with null when receiving works again. */
  readonly onTrouble: (failure: AwsFailure | null) => void;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
const BATCH = 10;
const LONG_POLL_SECONDS = 20;
/** Timeout of a receive call: SQS answers an empty long poll after its wait time; the rest is for the network. */
const ANSWER_WITHIN: Ms = LONG_POLL_SECONDS * 1000 + 3_000;
/**
 * Visibility timeout: a message that was received and lost comes again after this, well within the two minutes of a
 * Spot warning.
 */
export const VISIBILITY_SECONDS = 30;
/** Maximum number of concurrent long polls: a full queue uses ten, an empty one uses one. */
const MOST_POLLS = 10;
const FIRST_PAUSE: Ms = 1_000;
const LONGEST_PAUSE: Ms = 30_000;

/**
 * Receives until `stopping`. One long poll waits on an empty queue; each that returns a full batch starts another, and
 * each that returns nothing ends, down to one. Never has more than `concurrency` messages in progress.
 */
export function startReceiver(options: ReceiverOptions): void {
  const { client, queueUrl, concurrency, clock, random, call, stopping, take, onTrouble } = options;
  let inHand = 0;
  /** Messages that polls in progress may return. */
  let expected = 0;
  let polls = 0;
  let failures = 0;

  /** Starts another poll if there is room for one. */
  const more = (): void => {
    const room = Math.min(BATCH, concurrency - inHand - expected);
    if (stopping.aborted || room <= 0 || polls >= MOST_POLLS || (failures > 0 && polls > 0)) return;
    polls++;
    expected += room;
    void poll(room);
  };

  const poll = async (room: number): Promise<void> => {
    try {
      const messages = await receive(room);
      expected -= room;
      polls--;
      for (const message of messages) void hand(message);
      if (failures > 0) onTrouble(null);
      failures = 0;
      if (polls === 0 || messages.length > 0) more();
      if (messages.length === room) more();
    } catch (error) {
      expected -= room;
      polls--;
      if (stopping.aborted) return;
      failures++;
      onTrouble(classify(error, { service: "sqs", name: "ReceiveMessage" }));
      // The last poll is repeated after a pause; the others start again after a success.
      if (polls === 0) again(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures - 1, 10)));
    }
  };

  const receive = async (room: number): Promise<Received[]> => {
    const { Messages = [] } = await call(
      "ReceiveMessage",
      (call) =>
        client.receiveMessage(
          {
            QueueUrl: queueUrl,
            MaxNumberOfMessages: room,
            WaitTimeSeconds: LONG_POLL_SECONDS,
            VisibilityTimeout: VISIBILITY_SECONDS,
            MessageSystemAttributeNames: ["SentTimestamp", "ApproximateReceiveCount"],
            MessageAttributeNames: [KEPT_FROM],
          },
          call,
        ),
      ANSWER_WITHIN,
    );
    const now = clock.now();
    return Messages.map((message) => received(message, now)).filter((message) => message !== null);
  };

  const hand = async (message: Received): Promise<void> => {
    inHand++;
    await take(message);
    inHand--;
    if (polls === 0 && failures === 0) more();
  };

  const again = (pause: Ms): void => {
    const cancel = clock.setTimer(clock.now() + pause * (0.5 + random() / 2), () => {
      stopping.removeEventListener("abort", cancel);
      more();
    });
    stopping.addEventListener("abort", cancel, { once: true });
  };

  more();
}
