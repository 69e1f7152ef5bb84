import {
  DeregisterTargetsCommand,
  ListTargetsCommand,
  RegisterTargetsCommand,
  type TargetFailure,
  type VPCLatticeClient as Client,
} from "@aws-sdk/client-vpc-lattice";
import type { LatticeCalls } from "../calls/lattice.ts";
import type { Receipt } from "../ask.ts";
import type { Target } from "../calls/elb.ts";
import { failed } from "../failure.ts";
import { limits } from "../limits.ts";
import type { Operation } from "../operation.ts";
import { type Answered, isGone, listing, orAlready, receipt, type ServiceDeps } from "./service.ts";

/** https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_DeregisterTargets.html */
const TARGETS = 100;

interface Input {
  readonly targetGroupIdentifier: string;
  readonly targets: { id: string; port?: number }[];
}

/** Creates the calls to VPC Lattice target groups. */
export function createLattice({ lanes, clients, clock }: ServiceDeps): LatticeCalls {
  const targets = listing<Target & { readonly status: string }>(
    { service: "vpc-lattice", name: "ListTargets", limit: limits.latticeRead },
    async (targetGroupIdentifier, nextToken, at, abortSignal) => {
      const command = new ListTargetsCommand({ targetGroupIdentifier, maxResults: 100, nextToken });
      const page = await clients.lattice(at).send(command, { abortSignal });
      const found = (page.items ?? []).map(({ id, port, status }) => ({
        id: id ?? "",
        port: port ?? null,
        status: status ?? "UNAVAILABLE",
      }));
      return { found, next: page.nextToken };
    },
  );

  /** A call succeeds even if it refuses some targets; the answer lists those. */
  const write = (
    name: string,
    send: (
      client: Client,
      input: Input,
      options: { abortSignal: AbortSignal },
    ) => Promise<Answered & { readonly unsuccessful?: TargetFailure[] | undefined }>,
  ): Operation<Target, Receipt> => ({
    service: "vpc-lattice",
    name,
    limit: limits.latticeRegistration,
    size: TARGETS,
    share: "queued",
    keyOf,
    async send({ at, group, items, request }) {
      const input = {
        targetGroupIdentifier: group,
        targets: items.map(({ id, port }) => ({ id, ...(port === null ? {} : { port }) })),
      };
      const answer = await request((abortSignal) => send(clients.lattice(at), input, { abortSignal }));
      const refused = answer.unsuccessful ?? [];
      return (item) => {
        const refusal = refused.find((one) => one.id === item.id && (item.port ?? one.port) === one.port);
        if (refusal === undefined) return receipt(clock, answer);
        const said = refusal.failureMessage ?? "no reason given";
        return failed(
          /notfound|not_found|notregistered/i.test(refusal.failureCode ?? "") ? "not-found" : "conflict",
          { service: "vpc-lattice", name },
          refusal.failureCode ?? "Unsuccessful",
          said,
        );
      };
    },
  });
  const deregister = write("DeregisterTargets", (client, input, options) =>
    client.send(new DeregisterTargetsCommand(input), options),
  );
  const register = write("RegisterTargets", (client, input, options) =>
    client.send(new RegisterTargetsCommand(input), options),
  );

  return {
    targets: (at, targetGroup, ask) => lanes.ask(at, targets, "", targetGroup, ask),
    deregister: (at, targetGroup, target, ask) =>
      orAlready(clock, lanes.ask(at, deregister, targetGroup, target, ask), isGone),
    register: (at, targetGroup, target, ask) => lanes.ask(at, register, targetGroup, target, ask),
  };
}

const keyOf = ({ id, port }: Target): string => `${id}:${port ?? ""}`;
