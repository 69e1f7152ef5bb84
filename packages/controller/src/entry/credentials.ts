import { type CredentialProvider, ownCredentials } from "../aws/credentials.ts";
import type { Clock, Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";
import { proxiesIn } from "../http/proxy.ts";
import type { Environment } from "./environment.ts";

/** Time limit: an instance role is read over the network, and may not exist. */
const WITHIN: Ms = 10_000;

/** Checks that the SDK's default chain finds credentials. Throws SK-AWS-CREDENTIALS. */
export const requireOwnCredentials = (clock: Clock, env: Environment): Promise<void> =>
  requireCredentials(clock, ownCredentials(proxiesIn(env)));

/** Checks that AWS credentials exist, without a call to AWS. Throws SK-AWS-CREDENTIALS. */
export async function requireCredentials(clock: Clock, own: CredentialProvider): Promise<void> {
  const given = own().then(
    () => true,
    () => false,
  );
  const found = await Promise.race([given, clock.sleep(WITHIN).then(() => false)]);
  if (found) return;
  throw new SpotkeeperError(
    "SK-AWS-CREDENTIALS",
    "No AWS credentials found (environment, profile, container or instance role). Set AWS_PROFILE or AWS_ACCESS_KEY_ID, or sign in.",
  );
}
