import type { Ms } from "./operation.ts";
import type { Simulator } from "./simulator.ts";

/** The part of the SDK's `HttpRequest` (`@smithy/types`) that is used. */
export interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: { readonly [name: string]: string | readonly string[] | null };
  readonly headers: { readonly [name: string]: string };
  readonly body?: unknown;
}

export interface SdkHandlerOptions {
  readonly abortSignal?: unknown;
  /** Milliseconds; 0 or absent: no limit. */
  readonly requestTimeout?: Ms;
}

/** A `requestHandler` for any client of the AWS SDK for JavaScript v3. */
export interface SdkHandler {
  readonly metadata: { readonly handlerProtocol: string };
  handle(request: SdkRequest, options?: SdkHandlerOptions): Promise<{ response: SdkResponse }>;
  destroy(): void;
  updateHttpClientConfig(key: never, value: never): void;
  httpHandlerConfigs(): Record<string, never>;
}

export interface SdkResponse {
  statusCode: number;
  reason?: string;
  headers: Record<string, string>;
  body: Uint8Array;
}

/**
 * Connects SDK clients to the simulator without a socket: serialization, signing, paging and error handling run as with
 * AWS. Timeouts use the simulator's clock.
 *
 * @param requestTimeout milliseconds after which a call fails with `TimeoutError`, if the client sets none
 * @example new ECSClient({ region: "eu-west-1", credentials, requestHandler: sdkHandler(simulator), maxAttempts: 1 })
 */
export function sdkHandler(simulator: Simulator, requestTimeout: Ms = 0): SdkHandler {
  return {
    metadata: { handlerProtocol: "http/1.1" },
    async handle(request, options = {}) {
      const gone = new AbortController();
      const limit = options.requestTimeout ?? requestTimeout;
      const cancelLimit =
        limit > 0 ? simulator.clock.setTimer(simulator.clock.now() + limit, () => gone.abort(timeout(limit))) : null;
      const forget = follow(options.abortSignal, () => gone.abort(namedError("AbortError", "Request aborted")));
      try {
        // The race returns at once to a client that has given up, even if the operation ignores the signal.
        const response = await Promise.race([
          simulator.handle(
            {
              method: request.method,
              path: pathOf(request),
              headers: lowerCase(request.headers),
              body: bodyOf(request.body),
            },
            gone.signal,
          ),
          rejection(gone.signal),
        ]);
        return { response: { statusCode: response.status, headers: { ...response.headers }, body: response.body } };
      } finally {
        cancelLimit?.();
        forget();
      }
    },
    destroy: () => undefined,
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

function namedError(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

function timeout(limit: Ms): Error {
  return namedError("TimeoutError", `The simulator did not answer within ${limit} ms.`);
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Calls `onAbort` when the client's signal is aborted. Returns a function that removes the listener. */
function follow(signal: unknown, onAbort: () => void): () => void {
  if (!(signal instanceof AbortSignal)) return () => undefined;
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return () => signal.removeEventListener("abort", onAbort);
}

function pathOf(request: SdkRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    for (const item of typeof value === "string" ? [value] : (value ?? [""])) query.append(name, item);
  }
  const text = query.toString();
  return text === "" ? request.path : `${request.path}?${text}`;
}

function lowerCase(headers: SdkRequest["headers"]): { [name: string]: string } {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function bodyOf(body: unknown): Uint8Array | string {
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  if (body === undefined || body === null) return "";
  throw new TypeError("The simulator takes bodies that are a string or bytes; the services it knows send no others.");
}
