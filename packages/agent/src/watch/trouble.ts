import { type ErrorCode, SpotkeeperError } from "../errors.ts";
import { type Reply, SILENT } from "../net/send.ts";
import { DISABLED } from "./environment.ts";

type Meaning = readonly [code: ErrorCode, advice: string];

/**
 * What is wrong with a metadata service, for people: what was asked, what came of it, what to do.
 *
 * @param answered what an answer means
 * @param silent what it means that a connection stood and no answer came
 */
export const trouble = (url: URL, { status, body }: Reply, answered: Meaning, silent?: Meaning): SpotkeeperError => {
  const [code, advice] = status
    ? answered
    : (body === SILENT && silent) || ["SK-AGENT-IMDS-AWAY", `off EC2, set ${DISABLED}=true`];
  return new SpotkeeperError(code, `${url.origin}${url.pathname}: ${status ? `answers ${status}` : body}: ${advice}.`);
};
