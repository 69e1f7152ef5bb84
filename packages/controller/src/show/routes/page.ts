import type { Context } from "hono";
import type { ShowApp, ShowEnv } from "../deps.ts";
import type { PageFile, PageFiles } from "../page-files.ts";

/** The views of the page: a link into one of them gets the page, which then shows it. */
const VIEWS = ["/", "/incidents", "/incidents/*", "/insights"];

/** Only files of this server: no inline script or style, nothing of other hosts, and no other site frames it. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/** Serves the page. A client that asks for JSON gets the index of the API instead. */
export function addPage(app: ShowApp, files: PageFiles): void {
  const index = files.get("/");
  for (const [path, file] of files) {
    if (path === "/") continue;
    // Names have a hash of the content.
    app.get(path, (c) => send(c, file, "public, max-age=31536000, immutable"));
  }
  for (const view of VIEWS) {
    app.get(view, async (c, next) => {
      const wanted = c.req.header("accept") ?? "";
      if (index === undefined || !wanted.includes("text/html")) return next();
      c.header("content-security-policy", POLICY);
      return send(c, index, "no-cache");
    });
  }
}

function send(c: Context<ShowEnv>, { type, body, gzip }: PageFile, cache: string): Response {
  const packed = /\bgzip\b/.test(c.req.header("accept-encoding") ?? "");
  c.header("content-type", type);
  c.header("cache-control", cache);
  c.header("vary", "accept-encoding, accept");
  if (packed) c.header("content-encoding", "gzip");
  return c.body(packed ? gzip : body);
}
