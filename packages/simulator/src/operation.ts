/**
 * Where the simulator's face (wire protocols, throttling, faults) meets its model (fleet and services).
 *
 * An operation is a plain function over the world. Its input and output have the shapes of the AWS SDK for
 * JavaScript (the same names and nesting); the face turns them from and into the service's wire protocol.
 */

/** Epoch milliseconds. */
export type Ms = number;

/** Time is a parameter. `setTimer` calls `fn` once at the instant `at` (or at once if it has passed). */
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
  /** Aborted when the caller gave up (long polls end early). */
  readonly signal: AbortSignal;
}

/** Thrown by operations; the face renders it in the protocol's form. `status` defaults to 400. */
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
 * The shape of an input or output where JSON alone does not tell it. Leave out what is a plain string.
 * `wire` is the name on the wire where it differs from the SDK's name (EC2: `reservationSet`, `instancesSet`, …).
 * Query protocols: lists are `<wire>.member.N` (`.N` alone for EC2, where `flat` is the rule) and, in answers,
 * `<wire><member>…` (`item` in EC2). Times are epoch ms or `Date` in the model.
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
  /** Mutating operations are what kill tests cut around; they also choose the throttling bucket. */
  readonly mutating: boolean;
  /** Query protocols need both; JSON protocols only the fields that are timestamps or blobs. */
  readonly input?: { readonly [name: string]: Shape };
  readonly output?: { readonly [name: string]: Shape };
  readonly run: (world: World, input: JsonObject, ctx: CallContext) => JsonObject | Promise<JsonObject>;
}

/** How many units an operation takes from a resource bucket (for example one for each instance terminated). */
export type OperationKey = `${ServiceName}:${string}`;
