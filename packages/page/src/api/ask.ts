/** An answer of the API that is a problem (RFC 9457), or no answer. */
export class ApiError extends Error {
  /** Null: nothing answered. */
  readonly status: number | null;
  constructor(message: string, status: number | null) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

const KEY = "spotkeeper-token";

/** The token of a reader, kept for this tab only. */
export const token = {
  get: (): string => sessionStorage.getItem(KEY) ?? "",
  set: (value: string): void => sessionStorage.setItem(KEY, value),
};

export const headers = (): Record<string, string> => {
  const value = token.get();
  return value === "" ? {} : { authorization: `Bearer ${value}` };
};

/** Returns the JSON of a path. Throws ApiError. */
export async function ask<T>(path: string, signal: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { headers: headers(), signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError("The worker does not answer.", null);
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as T;
  const detail = typeof body === "object" && body !== null && "detail" in body ? String(body.detail) : "";
  throw new ApiError(detail === "" ? `The worker answered ${response.status}.` : detail, response.status);
}
