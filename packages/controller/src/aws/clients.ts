import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EC2Client, type EC2ClientConfig } from "@aws-sdk/client-ec2";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { ServiceDiscoveryClient } from "@aws-sdk/client-servicediscovery";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import { VPCLatticeClient } from "@aws-sdk/client-vpc-lattice";
import { LRUCache } from "lru-cache";
import type { Place } from "./ask.ts";
import { NO_PROXIES, type Proxies } from "../http/proxy.ts";
import { handlerVia } from "./via-proxy.ts";
import type { Clock, Ms } from "../clock.ts";
import type { TimeListener } from "../corrected-clock.ts";
import { type AccountRole, type CredentialProvider, ownCredentials, roleCredentials } from "./credentials.ts";
import { type Client, reportDates } from "./date-header.ts";

export interface ClientsOptions {
  readonly clock: Clock;
  /** Roles of other accounts. For an account without a role our own credentials are used. */
  readonly accounts: readonly AccountRole[];
  /** The endpoint of all services, such as an emulator; null means AWS's own endpoints. */
  readonly endpoint: string | null;
  /** Our own credentials; null means the SDK's default chain. */
  readonly credentials: CredentialProvider | null;
  /** Which proxy a call goes through; none by default. */
  readonly proxies?: Proxies;
  /** Gets the times in AWS's answers. */
  readonly timeListener?: TimeListener;
  /** Handles requests instead of the network (a simulator in the process). Null means HTTP. */
  readonly requestHandler: NonNullable<EC2ClientConfig["requestHandler"]> | null;
}

/** SDK clients by account and region, created on first use. Each makes one attempt; the step machine retries. */
export interface Clients {
  readonly ec2: (at: Place) => EC2Client;
  readonly autoScaling: (at: Place) => AutoScalingClient;
  readonly ecs: (at: Place) => ECSClient;
  readonly elb: (at: Place) => ElasticLoadBalancingV2Client;
  readonly classicElb: (at: Place) => ElasticLoadBalancingClient;
  readonly lattice: (at: Place) => VPCLatticeClient;
  readonly cloudMap: (at: Place) => ServiceDiscoveryClient;
  readonly sns: (at: Place) => SNSClient;
  readonly sqs: (at: Place) => SQS;
  readonly eventBridge: (at: Place) => EventBridgeClient;
  readonly ssm: (at: Place) => SSMClient;
  readonly sts: (at: Place) => STSClient;
  readonly dynamoDb: (at: Place) => DynamoDBClient;
  readonly secretsManager: (at: Place) => SecretsManagerClient;
  /** Closes all connections. */
  destroy(): void;
}

const CONNECT: Ms = 2_000;
const ANSWER: Ms = 10_000;
/** A long poll answers after 20 s: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
const LONG_POLL: Ms = 25_000;
/** Maximum number of clients, since regions come from messages. */
const MOST_CLIENTS = 300;

interface Config extends Partial<typeof SIMULATED> {
  readonly region: string;
  readonly credentials: CredentialProvider;
  readonly requestHandler: NonNullable<EC2ClientConfig["requestHandler"]>;
  readonly maxAttempts: number;
  readonly logger: Logger;
  readonly endpoint?: string;
}

type Logger = NonNullable<EC2ClientConfig["logger"]>;

/**
 * A logger that writes nothing. Without a logger the SDK writes warnings to the console, between our JSON lines.
 * Failures are logged by the callers. It has neither `info` nor `error`, for which the SDK would copy each input and
 * answer.
 */
const SILENT = { trace() {}, debug() {}, warn() {} } as Partial<Logger> as Logger;

/**
 * Settings that the SDK would read from environment and files for each client or call: a simulation must not depend on
 * them.
 */
const SIMULATED = {
  ignoreConfiguredEndpointUrls: true,
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  defaultsMode: "standard",
  retryMode: "standard",
  userAgentAppId: (): Promise<string | undefined> => Promise.resolve(undefined),
  authSchemePreference: (): Promise<string[]> => Promise.resolve([]),
  disableClockSkewCorrection: false,
} as const;

export function createClients(options: ClientsOptions): Clients {
  const { endpoint, clock, proxies = NO_PROXIES } = options;
  const own = options.credentials ?? ownCredentials(proxies);
  const roles = new Map(options.accounts.map((role) => [role.account, role]));
  const assumed = new LRUCache<string, CredentialProvider>({ max: MOST_CLIENTS });
  const clients = new LRUCache<string, { destroy(): void }>({
    max: MOST_CLIENTS,
    dispose: (client) => client.destroy(),
  });

  const handler = (answerWithin: Ms): Config["requestHandler"] => {
    const times = { connectionTimeout: CONNECT, requestTimeout: answerWithin, throwOnRequestTimeout: true };
    return options.requestHandler ?? (proxies === NO_PROXIES ? times : handlerVia(proxies, times));
  };

  const configOf = (region: string, credentials: CredentialProvider, answerWithin: Ms): Config => ({
    region,
    credentials,
    requestHandler: handler(answerWithin),
    maxAttempts: 1,
    logger: SILENT,
    ...(options.requestHandler === null ? {} : SIMULATED),
    ...(endpoint === null ? {} : { endpoint }),
  });

  const credentialsAt = ({ account, region }: Place): CredentialProvider => {
    const role = account === null ? undefined : roles.get(account);
    if (role === undefined) return own;
    const key = `${role.account}/${region}`;
    const known = assumed.get(key);
    if (known !== undefined) return known;
    const provider = roleCredentials(role, configOf(region, own, ANSWER), clock);
    assumed.set(key, provider);
    return provider;
  };

  const by = <C extends Client & { destroy(): void }>(
    service: string,
    make: (config: Config) => C,
    answerWithin: Ms = ANSWER,
  ): ((at: Place) => C) => {
    return (at) => {
      const key = `${service}/${at.account ?? ""}/${at.region}`;
      const known = clients.get(key);
      // The key is equal, so it was made by this `make`.
      if (known !== undefined) return known as C;
      const client = make(configOf(at.region, credentialsAt(at), answerWithin));
      if (options.timeListener !== undefined) reportDates(client, options.timeListener);
      clients.set(key, client);
      return client;
    };
  };

  return {
    ec2: by("ec2", (config) => new EC2Client(config)),
    autoScaling: by("autoscaling", (config) => new AutoScalingClient(config)),
    ecs: by("ecs", (config) => new ECSClient(config)),
    elb: by("elb", (config) => new ElasticLoadBalancingV2Client(config)),
    classicElb: by("classic-elb", (config) => new ElasticLoadBalancingClient(config)),
    lattice: by("lattice", (config) => new VPCLatticeClient(config)),
    cloudMap: by("cloud-map", (config) => new ServiceDiscoveryClient(config)),
    sns: by("sns", (config) => new SNSClient(config)),
    sqs: by("sqs", (config) => new SQS(config), LONG_POLL),
    eventBridge: by("events", (config) => new EventBridgeClient(config)),
    ssm: by("ssm", (config) => new SSMClient(config)),
    sts: by("sts", (config) => new STSClient(config)),
    dynamoDb: by("dynamodb", (config) => new DynamoDBClient(config)),
    secretsManager: by("secrets-manager", (config) => new SecretsManagerClient(config)),
    destroy: () => clients.clear(),
  };
}
