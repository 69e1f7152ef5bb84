import { type CredentialProvider, ownCredentials } from "../aws/credentials.ts";
import type { Clock, Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";

/** Time limit: an instance role is read over the network, and may not exist. */
const WITHIN: Ms = 10_000;

/**
 * Checks that AWS credentials exist, without a call to AWS. Throws SK-AWS-CREDENTIALS.
 *
 * @param own default: the SDK's default chain
 */
export async function requireCredentials(clock: Clock, own: CredentialProvider = ownCredentials()): Promise<void> {
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
