import type { HttpRequest } from "./http.ts";

/** Makes a request with a JSON body. */
export const jsonRequest = (
  method: "POST" | "PATCH" | "PUT",
  url: string,
  body: object,
  headers: HttpRequest["headers"] = {},
): HttpRequest => ({
  method,
  url,
  headers: { "content-type": "application/json; charset=utf-8", "user-agent": "spotkeeper", ...headers },
  body: JSON.stringify(body),
});
