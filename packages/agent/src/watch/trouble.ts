import { type ErrorCode, SpotkeeperError } from "../errors.ts";
import { type Reply, SILENT } from "../net/send.ts";
import { DISABLED } from "./environment.ts";

type Meaning = readonly [code: ErrorCode, advice: string];

/**
 * Makes the error for a failed request to a metadata service: the URL, what happened, what to do.
 *
 * @param answered the meaning of an unexpected answer
 * @param silent the meaning of an open connection without an answer
 */
export const trouble = (url: URL, { status, body }: Reply, answered: Meaning, silent?: Meaning): SpotkeeperError => {
  const [code, advice] = status
    ? answered
    : (body === SILENT && silent) || ["SK-AGENT-IMDS-AWAY", `off EC2, set ${DISABLED}=true`];
  return new SpotkeeperError(code, `${url.origin}${url.pathname}: ${status ? `answers ${status}` : body}: ${advice}.`);
};
