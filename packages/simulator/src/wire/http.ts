/** A request, from any transport. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query string, for example `/` or `/_sim/calls?service=ec2`. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array | string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array;
}

/** Thrown instead of an answer if the connection must break. Transports close the connection. */
export class ConnectionReset extends Error {
  readonly code = "ECONNRESET";
  constructor() {
    super("The simulator closed the connection without an answer (an injected fault).");
    this.name = "ConnectionReset";
  }
}

/** Returns the body as text. */
export function bodyText(body: Uint8Array | string): string {
  return typeof body === "string" ? body : new TextDecoder().decode(body);
}

/** Makes an answer with a text body. */
export function textResponse(
  status: number,
  contentType: string,
  text: string,
  headers: { readonly [name: string]: string } = {},
): HttpResponse {
  const body = new TextEncoder().encode(text);
  return { status, headers: { "content-type": contentType, "content-length": String(body.length), ...headers }, body };
}
