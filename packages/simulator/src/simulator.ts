import type { Call, CallHook, CallLog } from "./call-recorder.ts";
import { createCallRecorder } from "./call-recorder.ts";
import { eventuallyConsistent } from "./eventual-consistency.ts";
import { controlAnswer } from "./control-api.ts";
import type { FaultEffect, Faults } from "./faults.ts";
import { createFaults } from "./faults.ts";
import type { InFlight } from "./in-flight.ts";
import { beginInFlight } from "./in-flight.ts";
import type { CallContext, Clock, JsonObject, Ms, Operation } from "./operation.ts";
import { AwsError } from "./operation.ts";
import { drawFor, uuidFor } from "./seeded-draw.ts";
import type { Queues } from "./services/queues.ts";
import { createQueues } from "./services/queues.ts";
import type { Topics } from "./services/sns.ts";
import { createTopics, snsOperations } from "./services/sns.ts";
import { sqsOperations } from "./services/sqs.ts";
import { stsOperations } from "./services/sts.ts";
import type { ThrottleRule } from "./throttle-rules.ts";
import { awsThrottleRules } from "./throttle-rules.ts";
import { createThrottle } from "./throttle.ts";
import { answer, errorAnswer } from "./wire/answer.ts";
import { readForm } from "./wire/form.ts";
import type { HttpRequest, HttpResponse } from "./wire/http.ts";
import { bodyText, ConnectionReset, textResponse } from "./wire/http.ts";
import type { Identity } from "./wire/identify.ts";
import { formText, identify } from "./wire/identify.ts";
import { readJson } from "./wire/json.ts";
import { readRest } from "./wire/rest.ts";

export interface SimulatorOptions<World> {
  readonly clock: Clock;
  readonly seed: number;
  /** The world that `operations` work on. */
  readonly world: World;
  /** The fleet's operations. SQS, SNS and STS are part of the simulator. */
  readonly operations: readonly Operation<World>[];
  /** The queues that the world sends to; default: new ones. */
  readonly queues?: Queues;
  /** Default: AWS's documented limits; an empty list switches throttling off. */
  readonly throttleRules?: readonly ThrottleRule[];
  /** The range of answer times, drawn from the seed; default: none. */
  readonly latency?: { readonly min: Ms; readonly max: Ms };
  /** The longest staleness of EC2's reads; default 0. */
  readonly maxReadLag?: Ms;
  /** Returns what `/_sim/state` shows of the world. */
  readonly describeWorld?: () => JsonObject;
}

export interface Simulator {
  /**
   * Answers one request as AWS would. Rejects with `ConnectionReset` if the connection must break.
   *
   * @param signal aborted when the client has gone; long polls and hanging calls then end
   */
  handle(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse>;
  readonly clock: Clock;
  readonly queues: Queues;
  readonly topics: Topics;
  readonly faults: Faults;
  readonly calls: CallLog;
  /** Calls `hook` before and after every call. Returns a function that removes it. */
  onCall(hook: CallHook): () => void;
  /** Sets the address of the simulator, for the queue URLs that it returns. */
  listeningAt(origin: string): void;
}

/** A hanging call ends after this time, if its client never gives up. */
const LONGEST_HANG: Ms = 15 * 60_000;

/** Creates the AWS API of a world: wire protocols, throttling, faults, and a log of calls. */
export function createSimulator<World>(options: SimulatorOptions<World>): Simulator {
  const { clock, seed, world } = options;
  const queues = options.queues ?? createQueues(clock, seed);
  const topics = createTopics(clock, seed);
  const faults = createFaults();
  const calls = createCallRecorder();
  const throttle = createThrottle(options.throttleRules ?? awsThrottleRules);
  const hooks = new Set<CallHook>();
  let origin: string | null = null;

  const operations = new Map<string, Operation<World>>();
  const all: readonly Operation<World>[] = [
    ...eventuallyConsistent(options.operations, options.maxReadLag ?? 0, seed),
    ...sqsOperations(queues, (region) => origin ?? `https://sqs.${region}.amazonaws.com`),
    ...snsOperations(topics),
    ...stsOperations,
  ];
  for (const operation of all) operations.set(`${operation.service}:${operation.name}`, operation);

  const runHooks = async (call: Call, phase: "before" | "after"): Promise<void> => {
    for (const hook of hooks) await hook(call, phase);
  };

  const latencyOf = (call: Call): Ms => {
    const { min, max } = options.latency ?? { min: 0, max: 0 };
    return Math.round(min + drawFor(seed, `latency:${call.sequence}`) * (max - min));
  };

  /** Runs a call from its input to its answer; `progress` records for the log whether it was performed. */
  const perform = async (
    identity: Identity,
    operation: Operation<World>,
    call: Call,
    ctx: CallContext,
    progress: { performed: boolean },
  ): Promise<HttpResponse> => {
    await runHooks(call, "before");
    const fault = faults.meet(call);
    const early = fault === null ? null : await applyFault(fault, identity, call, ctx);
    if (early !== null) return early;
    const latency = latencyOf(call);
    if (latency > 0) await ctx.clock.sleep(latency, ctx.signal);
    if (throttle.take(call, clock.now()) !== null) throw throttled(identity);
    const output = await operation.run(world, call.input, ctx);
    progress.performed = true;
    await runHooks(call, "after");
    const head = { requestId: call.requestId, now: clock.now() };
    const good = answer(identity.service, identity.operation, output, operation.output ?? {}, head);
    return fault === null ? good : spoilAnswer(fault, good, ctx);
  };

  const handleCall = async (request: HttpRequest, signal: AbortSignal, inFlight: InFlight): Promise<HttpResponse> => {
    const identity = identify(request);
    if (identity === null) return unknownService(request);
    const { service, account, region } = identity;
    const operation = operations.get(`${service.name}:${identity.operation}`);
    const head = { requestId: uuidFor(seed, `unknown:${clock.now()}`), now: clock.now() };
    if (operation === undefined) return errorAnswer(service, unknownOperation(identity), head);
    let input: JsonObject;
    try {
      input = readInput(request, identity, operation);
    } catch (error) {
      if (error instanceof AwsError) return errorAnswer(service, error, head);
      throw error;
    }
    const call = calls.begin(
      {
        at: clock.now(),
        account,
        region,
        service: service.name,
        operation: identity.operation,
        mutating: operation.mutating,
        input,
      },
      (sequence) => uuidFor(seed, `request:${sequence}`),
    );
    const ctx: CallContext = { account, region, clock: inFlight.clock, signal };
    const progress = { performed: false };
    let outcome = "ok";
    try {
      return await perform(identity, operation, call, ctx, progress);
    } catch (error) {
      if (error instanceof AwsError) {
        outcome = error.code;
        return errorAnswer(service, error, { requestId: call.requestId, now: clock.now() });
      }
      outcome = error instanceof ConnectionReset ? "reset" : signal.aborted ? "aborted" : "InternalFailure";
      throw error;
    } finally {
      calls.end(call, outcome, progress.performed, clock.now());
    }
  };

  return {
    clock,
    queues,
    topics,
    faults,
    calls,
    onCall(hook) {
      hooks.add(hook);
      return () => hooks.delete(hook);
    },
    listeningAt(url) {
      origin = url;
    },
    async handle(request, signal = new AbortController().signal) {
      if (request.path.startsWith("/_sim/")) {
        return controlAnswer(request, { clock, calls, faults, queues, topics, describeWorld: options.describeWorld });
      }
      const inFlight = beginInFlight(clock);
      try {
        return await handleCall(request, signal, inFlight);
      } finally {
        inFlight.end();
      }
    },
  };
}

function readInput<World>(request: HttpRequest, identity: Identity, operation: Operation<World>): JsonObject {
  const fields = operation.input ?? {};
  switch (identity.service.protocol) {
    case "ec2":
      return readForm(formText(request), fields, true);
    case "query":
      return readForm(formText(request), fields, false);
    case "json1.0":
    case "json1.1":
      return readJson(bodyText(request.body), fields);
    case "rest-json":
      return readRest(request, { service: operation.service, operation: operation.name }, fields);
  }
}

/** Applies a fault before the call is performed: throws, answers, or waits. Returns null if the call goes on. */
async function applyFault(
  fault: FaultEffect,
  identity: Identity,
  call: Call,
  ctx: CallContext,
): Promise<HttpResponse | null> {
  switch (fault.kind) {
    case "error":
      throw new AwsError(fault.code, fault.message ?? "An injected fault.", fault.status ?? 400);
    case "throttle":
      throw throttled(identity);
    case "denied": {
      const { code, message, status } = identity.service.denied;
      throw new AwsError(code, `${message} (${call.operation})`, status);
    }
    case "html":
      return failurePage();
    case "reset":
      throw new ConnectionReset();
    case "hang":
      return neverAnswer(ctx);
    case "latency":
      await ctx.clock.sleep(fault.ms, ctx.signal);
      return null;
    case "silent":
    case "lost":
    case "failed":
    case "garbage":
    case "truncated":
      return null;
  }
}

async function neverAnswer(ctx: CallContext): Promise<never> {
  await ctx.clock.sleep(LONGEST_HANG, ctx.signal);
  throw new ConnectionReset();
}

/** Applies a fault to the answer of a call that was performed. */
function spoilAnswer({ kind }: FaultEffect, answer: HttpResponse, ctx: CallContext): HttpResponse | Promise<never> {
  switch (kind) {
    case "silent":
      return neverAnswer(ctx);
    case "lost":
      throw new ConnectionReset();
    case "failed":
      return failurePage();
    case "garbage":
      return withBody(answer, new TextEncoder().encode("<!-- proxy: upstream closed -->{"));
    case "truncated":
      return withBody(answer, answer.body.slice(0, Math.floor(answer.body.length / 2)));
    case "error":
    case "throttle":
    case "denied":
    case "hang":
    case "latency":
    case "html":
    case "reset":
      return answer;
  }
}

const withBody = (answer: HttpResponse, body: Uint8Array): HttpResponse => ({
  ...answer,
  headers: { ...answer.headers, "content-length": String(body.length) },
  body,
});

const failurePage = (): HttpResponse =>
  textResponse(500, "text/html", "<html><head><title>500</title></head><body>Internal Server Error</body></html>");

function throttled(identity: Identity): AwsError {
  const { code, message, status } = identity.service.throttled;
  return new AwsError(code, message, status);
}

function unknownOperation(identity: Identity): AwsError {
  const json = identity.service.protocol.startsWith("json");
  const message = `The simulator does not know the operation ${identity.service.name}:${identity.operation}.`;
  return new AwsError(json ? "UnknownOperationException" : "InvalidAction", message);
}

function unknownService(request: HttpRequest): HttpResponse {
  const message = `The simulator cannot tell which AWS service ${request.method} ${request.path} means: it needs an Authorization header with a credential scope, X-Amz-Target, or Action and Version.`;
  return textResponse(400, "application/json", JSON.stringify({ __type: "UnknownService", message }));
}
