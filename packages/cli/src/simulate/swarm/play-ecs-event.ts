import {
  deleteService,
  deployService,
  failTask,
  forceDeregister,
  type Instance,
  interruptTask,
  isOnFargateSpot,
  loseAgent,
  reconnect,
  scaleService,
  stopTask,
  type World,
} from "@spotkeeper/simulator";
import type { EcsEventKind } from "./dimensions/ecs-events.ts";

type ContainerInstance = NonNullable<Instance["containerInstance"]>;
type Task = ContainerInstance["tasks"] extends Set<infer T> ? T : never;
type Service = NonNullable<Task["service"]>;

/** How long an agent is away: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html (several times an hour, for a moment) */
const AWAY = 90_000;

/** Where something happens. */
interface Where {
  readonly fleet: { readonly world: World };
  readonly instance: Instance;
}

/** How each kind of event of ECS comes about. Nothing happens to an instance that is registered in no cluster. */
export const ECS_HAPPENINGS: { readonly [kind in EcsEventKind]: (where: Where) => void } = {
  "a person stops a task": onTask((world, task) => stopTask(world, task, "UserInitiated", "Task stopped by user")),
  "a task fails": onTask(failTask),
  // Of Managed Instances it ends them, which ECS does by itself here (assumed: nobody asks for it).
  "a person deregisters the container instance": onContainer((world, container) => {
    if (container.instance.managedBy === null) forceDeregister(world, container);
  }),
  "the agent loses its connection": onContainer((world, container) => {
    loseAgent(world, container);
    world.clock.setTimer(world.clock.now() + AWAY, () => {
      const { instance } = container;
      if (instance.state === "running" && instance.containerInstance === container) reconnect(world, container);
    });
  }),
  "a deployment begins": onService(deployService),
  "a service is scaled out": onService((world, service) => scale(world, service, 1)),
  "a service is scaled in": onService((world, service) => scale(world, service, -1)),
  "a person deletes a service": onService(deleteService),
  "Fargate Spot takes a task back": ({ fleet: { world }, instance: { region } }) => {
    const tasks = [...region.clusters.values()].flatMap((cluster) => [...cluster.tasks.values()]);
    const task = tasks.find(
      (one) => isOnFargateSpot(one) && one.lastStatus === "RUNNING" && one.desiredStatus === "RUNNING",
    );
    if (task !== undefined) interruptTask(world, task);
  },
};

function onContainer(happen: (world: World, container: ContainerInstance) => void): (where: Where) => void {
  return ({ fleet: { world }, instance: { containerInstance } }: Where): void => {
    if (containerInstance !== null) happen(world, containerInstance);
  };
}

function onTask(happen: (world: World, task: Task) => void): (where: Where) => void {
  return onContainer((world, { tasks }) => {
    const [first] = tasks;
    if (first !== undefined) happen(world, first);
  });
}

function onService(happen: (world: World, service: Service) => void): (where: Where) => void {
  return onContainer((world, { tasks }) => {
    const service = [...tasks].find((task) => task.service?.status === "ACTIVE")?.service;
    if (service) happen(world, service);
  });
}

/** The number of a daemon service's tasks is that of its instances. */
function scale(world: World, service: Service, by: number): void {
  if (service.strategy === "REPLICA") scaleService(world, service, Math.max(0, service.desired + by));
}
