import { fromNodeProviderChain, fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import type { EC2ClientConfig } from "@aws-sdk/client-ec2";
import type { Clock, Ms } from "../clock.ts";

/** The role to assume for one account other than our own. */
export interface AccountRole {
  /** Twelve digits. */
  readonly account: string;
  readonly roleArn: string;
  /** What the role's trust policy asks for. */
  readonly externalId: string | null;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export type CredentialProvider = () => Promise<Credentials>;

/** What an assumed role's client for STS shares with the other clients. */
export interface StsOptions {
  readonly region: string;
  readonly endpoint: string | null;
  readonly requestHandler: NonNullable<EC2ClientConfig["requestHandler"]>;
}

/** Credentials are fetched anew this long before they run out. */
const EARLY: Ms = 5 * 60_000;

/** Our own: environment, profile, container or instance role, in the order of the SDK's default chain. */
export const ownCredentials = (): CredentialProvider => fromNodeProviderChain();

/**
 * Those of a role, fetched once for all clients of the account and region, and again shortly before they run out. A
 * failure is not remembered. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function roleCredentials(
  role: AccountRole,
  own: CredentialProvider,
  sts: StsOptions,
  clock: Clock,
): CredentialProvider {
  const { region, endpoint, requestHandler } = sts;
  const assume = fromTemporaryCredentials({
    masterCredentials: own,
    params: {
      RoleArn: role.roleArn,
      RoleSessionName: "spotkeeper",
      ...(role.externalId === null ? {} : { ExternalId: role.externalId }),
    },
    clientConfig: { region, requestHandler, maxAttempts: 1, ...(endpoint === null ? {} : { endpoint }) },
  });
  let held: Promise<Credentials> | null = null;

  const fetch = async (): Promise<Credentials> => {
    try {
      return await assume();
    } catch (error) {
      held = null;
      throw error;
    }
  };

  return async () => {
    const known = held === null ? null : await held;
    const until = known?.expiration?.getTime() ?? Infinity;
    if (known !== null && until - EARLY > clock.now()) return known;
    return (held = fetch());
  };
}
