import * as elb from "@aws-sdk/client-elastic-load-balancing";
import * as map from "@aws-sdk/client-servicediscovery";
import { NOBODY, type Probes } from "./probe.ts";

const LoadBalancerName = "classic";

/** Classic load balancers and Cloud Map. Moto has no targets of VPC Lattice. */
export const registrations: Probes = {
  "classic: the load balancers and their instances": {
    async ask(it) {
      const { LoadBalancerDescriptions } = await it.classic.send(new elb.DescribeLoadBalancersCommand({}));
      return LoadBalancerDescriptions?.map((one) => [
        one.LoadBalancerName,
        one.Instances?.map(({ InstanceId }) => InstanceId === it.instances[0]),
      ]);
    },
  },
  "classic: a load balancer that is not there": {
    ask: (it) => it.classic.send(new elb.DescribeLoadBalancersCommand({ LoadBalancerNames: ["nobody"] })),
  },
  "classic: the health of all": {
    async ask(it) {
      const { InstanceStates } = await it.classic.send(new elb.DescribeInstanceHealthCommand({ LoadBalancerName }));
      return InstanceStates?.map(({ InstanceId, State }) => [InstanceId === it.instances[0], State]);
    },
  },
  "classic: the health of one that never was registered": {
    async ask(it) {
      const Instances = [{ InstanceId: NOBODY }];
      const { InstanceStates } = await it.classic.send(
        new elb.DescribeInstanceHealthCommand({ LoadBalancerName, Instances }),
      );
      return InstanceStates?.map(({ State }) => State);
    },
    differs: {
      simulator: "InvalidEndPointException 400",
      moto: ["Unknown"],
      because: "AWS refuses: https://github.com/getmoto/moto/pull/1751",
    },
  },
  "classic: deregistering one that never was registered": {
    async ask(it) {
      const Instances = [{ InstanceId: NOBODY }];
      await it.classic.send(new elb.DeregisterInstancesFromLoadBalancerCommand({ LoadBalancerName, Instances }));
      return "answered";
    },
    differs: {
      simulator: "InvalidEndPointException 400",
      moto: "answered",
      because: "AWS refuses: https://github.com/boto/boto/issues/2576",
    },
  },
  "classic: deregistering, and registering again": {
    async ask(it) {
      const Instances = [{ InstanceId: it.instances[0] }];
      await it.classic.send(new elb.DeregisterInstancesFromLoadBalancerCommand({ LoadBalancerName, Instances }));
      await it.classic.send(new elb.RegisterInstancesWithLoadBalancerCommand({ LoadBalancerName, Instances }));
      const { LoadBalancerDescriptions } = await it.classic.send(new elb.DescribeLoadBalancersCommand({}));
      return LoadBalancerDescriptions?.[0]?.Instances?.map(({ InstanceId }) => InstanceId === it.instances[0]);
    },
  },
  "cloud map: the services": {
    async ask(it) {
      const { Services } = await it.discovery.send(new map.ListServicesCommand({}));
      return Services?.map(({ Id, Name }) => [Id === it.discoveryService, Name]);
    },
  },
  "cloud map: the instances of a service": {
    async ask(it) {
      const { Instances } = await it.discovery.send(new map.ListInstancesCommand({ ServiceId: it.discoveryService }));
      return Instances;
    },
  },
  "cloud map: one instance": {
    async ask(it) {
      const of = { ServiceId: it.discoveryService, InstanceId: "one" };
      const { Instance } = await it.discovery.send(new map.GetInstanceCommand(of));
      return Instance;
    },
  },
  "cloud map: deregistering one that is not there": {
    ask: (it) =>
      it.discovery.send(new map.DeregisterInstanceCommand({ ServiceId: it.discoveryService, InstanceId: "nobody" })),
    differs: {
      simulator: "InstanceNotFound 404",
      moto: "InstanceNotFound 400",
      because: "the model has 404",
    },
  },
  "cloud map: the instances of a service that is not there": {
    ask: (it) => it.discovery.send(new map.ListInstancesCommand({ ServiceId: "srv-0000000000000000" })),
    differs: { simulator: "ServiceNotFound 404", moto: "ServiceNotFound 400", because: "the model has 404" },
  },
  "cloud map: an operation that is not there": {
    ask: (it) => it.discovery.send(new map.GetOperationCommand({ OperationId: "nothing" })),
    differs: { simulator: "OperationNotFound 404", moto: "OperationNotFound 400", because: "the model has 404" },
  },
};
