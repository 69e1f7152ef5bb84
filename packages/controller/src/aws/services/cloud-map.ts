import {
  DeregisterInstanceCommand,
  ListInstancesCommand,
  RegisterInstanceCommand,
} from "@aws-sdk/client-servicediscovery";
import type { CloudMapCalls } from "../calls/cloud-map.ts";
import type { Receipt } from "../ask.ts";
import type { AwsFailure } from "../failure.ts";
import { limits } from "../limits.ts";
import { isGone, listing, orAlready, receipt, type ServiceDeps, single } from "./service.ts";

const registration = { service: "servicediscovery", limit: limits.cloudMapRegistration, share: "queued" } as const;

interface Registration {
  readonly serviceId: string;
  readonly id: string;
}

type Attributes = { readonly [name: string]: string };

/** Creates the calls to Cloud Map, which registers instances one by one. */
export function createCloudMap({ lanes, clients, clock }: ServiceDeps): CloudMapCalls {
  const instances = listing<{ readonly id: string; readonly attributes: Attributes }>(
    { service: "servicediscovery", name: "ListInstances", limit: limits.cloudMapRead },
    async (ServiceId, NextToken, at, abortSignal) => {
      const command = new ListInstancesCommand({ ServiceId, MaxResults: 100, NextToken });
      const page = await clients.cloudMap(at).send(command, { abortSignal });
      const found = (page.Instances ?? []).map(({ Id, Attributes }) => ({
        id: Id ?? "",
        attributes: Attributes ?? {},
      }));
      return { found, next: page.NextToken };
    },
  );

  const deregister = single<Registration, Receipt>(
    { ...registration, name: "DeregisterInstance" },
    async ({ serviceId, id }, at, abortSignal) => {
      const command = new DeregisterInstanceCommand({ ServiceId: serviceId, InstanceId: id });
      return receipt(clock, await clients.cloudMap(at).send(command, { abortSignal }));
    },
  );

  const register = single<Registration & { readonly attributes: Attributes; readonly creator: string }, Receipt>(
    { ...registration, name: "RegisterInstance" },
    async ({ serviceId, id, attributes, creator }, at, abortSignal) => {
      const command = new RegisterInstanceCommand({
        ServiceId: serviceId,
        InstanceId: id,
        Attributes: given(attributes),
        CreatorRequestId: creator,
      });
      return receipt(clock, await clients.cloudMap(at).send(command, { abortSignal }));
    },
  );

  return {
    instances: (at, service, ask) => lanes.ask(at, instances, "", idOf(service), ask),
    deregister: (at, service, id, ask) =>
      orAlready(clock, lanes.ask(at, deregister, "", { serviceId: idOf(service), id }, ask), isUnderWayOrGone),
    register: (at, service, id, attributes, creator, ask) =>
      lanes.ask(at, register, "", { serviceId: idOf(service), id, attributes, creator }, ask),
  };
}

/**
 * Returns the listed attributes that AWS accepts for a registration: with the id of an EC2 instance it accepts only the
 * initial health state, and adds the address itself.
 * https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html
 */
const given = (attributes: Attributes): Record<string, string> =>
  attributes["AWS_EC2_INSTANCE_ID"] === undefined
    ? { ...attributes }
    : Object.fromEntries(Object.entries(attributes).filter(([name]) => WITH_INSTANCE.has(name)));

const WITH_INSTANCE: ReadonlySet<string> = new Set(["AWS_EC2_INSTANCE_ID", "AWS_INIT_HEALTH_STATUS"]);

/** Returns the Cloud Map service id: ECS uses the ARN, Cloud Map the id at its end. */
const idOf = (service: string): string => service.slice(service.lastIndexOf("/") + 1);

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_DeregisterInstance.html: the same operation is in progress. */
const isUnderWay = (failure: AwsFailure): boolean => failure.fields.awsCode === "DuplicateRequest";

const isUnderWayOrGone = (failure: AwsFailure): boolean => isUnderWay(failure) || isGone(failure);
