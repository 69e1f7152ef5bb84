import { AssumeRoleCommand, STSClient, type STSClientConfig } from "@aws-sdk/client-sts";
import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
import type { Clock, Ms } from "../clock.ts";
import { NO_PROXIES, type Proxies } from "../http/proxy.ts";
import { handlerVia } from "./via-proxy.ts";

/** The role to assume for one account other than our own. */
export interface AccountRole {
  /** Twelve digits. */
  readonly account: string;
  readonly roleArn: string;
  /** The external id that the role's trust policy requires; null means none. */
  readonly externalId: string | null;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export type CredentialProvider = () => Promise<Credentials>;

/** How long before their expiration credentials are renewed. */
const EARLY: Ms = 5 * 60_000;

/** Tokens of the web and of single sign-on are exchanged over the network. */
const EXCHANGE = { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true };

/**
 * Returns our own credentials: environment, profile, container or instance role, in the order of the SDK's default
 * chain. The metadata of an instance or container is never asked through a proxy.
 */
export const ownCredentials = (proxies: Proxies): CredentialProvider =>
  fromNodeProviderChain(
    proxies === NO_PROXIES ? {} : { clientConfig: { requestHandler: handlerVia(proxies, EXCHANGE) } },
  );

/**
 * Creates the credentials of a role: fetched once for all clients of the account and region, and again shortly before
 * they expire. A failure is not cached. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 *
 * @param config config of the STS client, with our own credentials
 */
export function roleCredentials(role: AccountRole, config: STSClientConfig, clock: Clock): CredentialProvider {
  const sts = new STSClient(config);
  let held: Promise<Credentials> | null = null;

  const assume = async (): Promise<Credentials> => {
    const { Credentials: given } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: role.roleArn,
        RoleSessionName: "spotkeeper",
        ...(role.externalId === null ? {} : { ExternalId: role.externalId }),
      }),
    );
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken, Expiration } = given ?? {};
    if (accessKeyId === undefined || secretAccessKey === undefined)
      throw Object.assign(new Error(`AWS gave no credentials for ${role.roleArn}`), {
        name: "CredentialsProviderError",
      });
    return {
      accessKeyId,
      secretAccessKey,
      ...(SessionToken === undefined ? {} : { sessionToken: SessionToken }),
      ...(Expiration === undefined ? {} : { expiration: Expiration }),
    };
  };

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
