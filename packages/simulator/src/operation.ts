/**
 * The interface between the simulator's protocol layer (wire protocols, throttling, faults) and its model (fleet and
 * services).
 *
 * An operation is a function over the world. Its input and output have the shapes of the AWS SDK for JavaScript (same
 * names and nesting); the protocol layer converts them from and to the service's wire protocol.
 */

/** Epoch milliseconds. */
export type Ms = number;

/**
 * A clock. `setTimer` calls `fn` once at the instant `at` (at once if it has passed), and returns a function that
 * cancels it.
 */
export interface Clock {
  now(): Ms;
  sleep(ms: Ms, signal?: AbortSignal): Promise<void>;
  setTimer(at: Ms, fn: () => void): () => void;
}

export type ServiceName =
  | "ec2"
  | "autoscaling"
  | "ecs"
  | "elasticloadbalancing"
  | "elasticloadbalancingv2"
  | "servicediscovery"
  | "sqs"
  | "sns"
  | "ssm"
  | "sts"
  | "vpc-lattice";

export type Json = null | boolean | number | string | Date | Uint8Array | Json[] | { [key: string]: Json | undefined };
export type JsonObject = { [key: string]: Json | undefined };

/** Who calls, where, and when. */
export interface CallContext {
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  /** Aborted when the caller has given up; long polls then end early. */
  readonly signal: AbortSignal;
}

/**
 * An error of AWS, thrown by operations; the protocol layer writes it in the protocol's form. `status` is 400 by
 * default.
 */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
  }
}

/**
 * Describes fields of an input or output that JSON alone does not. Plain strings need no shape. `wire` is the name on
 * the wire if it differs from the SDK's name (EC2: `reservationSet`, `instancesSet`, …). Query protocols: lists are
 * `<wire>.member.N` (only `.N` for EC2, which uses `flat`) and, in answers, `<wire><member>…` (`item` in EC2). Times
 * are epoch ms or `Date` in the model.
 */
export type Shape =
  | { readonly type: "string" | "integer" | "double" | "boolean" | "timestamp" | "blob"; readonly wire?: string }
  | {
      readonly type: "list";
      readonly of: Shape;
      readonly wire?: string;
      readonly member?: string;
      readonly flat?: boolean;
    }
  | { readonly type: "map"; readonly of: Shape; readonly wire?: string }
  | { readonly type: "structure"; readonly fields: { readonly [name: string]: Shape }; readonly wire?: string };

export interface Operation<World> {
  readonly service: ServiceName;
  readonly name: string;
  /**
   * Whether it changes something. Tests kill the worker around mutating operations; throttling uses other token buckets
   * for them.
   */
  readonly mutating: boolean;
  /** Query protocols need both; JSON protocols only the fields that are timestamps or blobs. */
  readonly input?: { readonly [name: string]: Shape };
  readonly output?: { readonly [name: string]: Shape };
  readonly run: (world: World, input: JsonObject, ctx: CallContext) => JsonObject | Promise<JsonObject>;
}

/** The key of an operation: `service:Operation`. */
export type OperationKey = `${ServiceName}:${string}`;
