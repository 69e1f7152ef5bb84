import { type CredentialProvider, ownCredentials } from "../aws/credentials.ts";
import type { Clock, Ms } from "../clock.ts";
import { SpotkeeperError } from "../errors.ts";

/** An instance role is asked for over the network, and may not be there at all. */
const WITHIN: Ms = 10_000;

/**
 * Finds out whether there are AWS credentials before work is begun that only they make sense of; AWS itself is asked
 * nothing. Throws SK-AWS-CREDENTIALS.
 *
 * @param own the SDK's default chain unless told otherwise
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
