import { classify } from "../../../aws/classify.ts";
import { failed } from "../../../aws/failure.ts";
import type { Clock, Ms } from "../../../clock.ts";

/** Makes one call to SQS with the timeout `within`. Rejects with `AwsFailure`. */
export type CallSqs = <T>(
  name: string,
  run: (options: { abortSignal: AbortSignal }) => Promise<T>,
  within?: Ms,
) => Promise<T>;

const WITHIN: Ms = 10_000;

/** @param stopping ends every call */
export function createCalls(clock: Clock, stopping: AbortSignal): CallSqs {
  return async (name, run, within = WITHIN) => {
    const operation = { service: "sqs", name };
    const late = new AbortController();
    const cancel = clock.setTimer(clock.now() + within, () =>
      late.abort(failed("timed-out", operation, "Timeout", `SQS did not answer within ${within / 1000} s`)),
    );
    const signal = AbortSignal.any([late.signal, stopping]);
    try {
      return await Promise.race([run({ abortSignal: signal }), aborted(signal)]);
    } catch (error) {
      throw classify(late.signal.aborted ? late.signal.reason : error, operation);
    } finally {
      cancel();
    }
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    else signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
