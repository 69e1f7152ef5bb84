import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createTokenCheck } from "./auth.ts";
import type { ShowEnv } from "./deps.ts";
import type { Doors } from "./doors.ts";
import { isLoopback } from "./listen.ts";
import { Refusal } from "./problem.ts";

/** Responses are data: browsers must not run, frame, sniff or cache them. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

export const securityHeaders: MiddlewareHandler<ShowEnv> = async (c, next) => {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value);
  await next();
};

/** The header by which commands recognize a sandbox. */
export const inSandbox: MiddlewareHandler<ShowEnv> = async (c, next) => {
  c.header("x-spotkeeper-mode", "sandbox");
  await next();
};

/**
 * Prevents DNS rebinding: a page of `evil.example`, whose name then resolves to 127.0.0.1, could read this API as its
 * own origin. Its requests still have the host `evil.example`, so without tokens only host names of this machine are
 * accepted.
 */
export const onlyOwnHost: MiddlewareHandler<ShowEnv> = async (c, next) => {
  const host = (c.req.header("host") ?? "").replace(/:\d{1,5}$/, "").replace(/^\[(.*)\]$/, "$1");
  if (!isLoopback(host.toLowerCase())) {
    throw new Refusal(
      "SK-SHOW-HOST",
      "Without show.auth only requests to localhost, 127.0.0.1 or [::1] are answered. Use one of these, or set a token.",
    );
  }
  await next();
};

/** Rejects requests beyond the limits. Added after the probes, which are always answered. */
export function whileThereIsRoom(hasRoom: Doors["hasRoom"]): MiddlewareHandler<ShowEnv> {
  return async (c, next) => {
    if (!hasRoom(c.env.incoming.socket)) {
      throw new Refusal("SK-SHOW-BUSY", "Too many requests are under way, from this address or from all.", {
        headers: { "retry-after": "1", connection: "close" },
      });
    }
    await next();
  };
}

/** Rejects requests without one of the tokens. */
export function onlyWith(tokens: readonly string[], of: "show.auth" | "the HTTP source"): MiddlewareHandler<ShowEnv> {
  const isKnown = createTokenCheck(tokens);
  return async (c, next) => {
    if (!isKnown(c.req.header("authorization"))) {
      throw new Refusal("SK-SHOW-UNAUTHORIZED", `Send the header "Authorization: Bearer …" with a token of ${of}.`, {
        headers: { "www-authenticate": `Bearer realm="spotkeeper"` },
      });
    }
    await next();
  };
}

const LARGEST_BODY = 1024 * 1024;

/**
 * Accepts only JSON: a page of another origin may send a form without a CORS check, but not JSON
 * (https://fetch.spec.whatwg.org/#cors-protocol).
 */
export const onlyJson: MiddlewareHandler<ShowEnv> = async (c, next) => {
  const type = c.req.header("content-type") ?? "";
  if (!/^application\/(?:[\w.-]+\+)?json *(?:;|$)/i.test(type))
    throw new Refusal("SK-SHOW-MEDIA-TYPE", 'Send the body as "Content-Type: application/json".');
  if ((c.req.header("content-encoding") ?? "identity") !== "identity")
    throw new Refusal("SK-SHOW-MEDIA-TYPE", "Send the body without a Content-Encoding.");
  await next();
};

export const bounded: MiddlewareHandler<ShowEnv> = bodyLimit({
  maxSize: LARGEST_BODY,
  onError: () => {
    throw new Refusal("SK-SHOW-TOO-LARGE", `A body has at most ${LARGEST_BODY} bytes. Send several.`);
  },
});
