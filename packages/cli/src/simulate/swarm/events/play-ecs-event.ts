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
import type { EcsEventKind } from "../dimensions/ecs-events.ts";

type ContainerInstance = NonNullable<Instance["containerInstance"]>;
type Task = ContainerInstance["tasks"] extends Set<infer T> ? T : never;
type Service = NonNullable<Task["service"]>;

/**
 * How long an agent is disconnected:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html (several times an
 * hour, for a moment)
 */
const AWAY = 90_000;

/** The instance to which an event happens. */
interface Where {
  readonly fleet: { readonly world: World };
  readonly instance: Instance;
}

/** Plays each kind of ECS event. Nothing happens to an instance outside all clusters. */
export const PLAY_ECS_EVENT: { readonly [kind in EcsEventKind]: (where: Where) => void } = {
  "a person stops a task": onTask((world, task) => stopTask(world, task, "UserInitiated", "Task stopped by user")),
  "a task fails": onTask(failTask),
  // Skipped for Managed Instances: deregistering would end them, which only ECS does here (assumed).
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

function onContainer(play: (world: World, container: ContainerInstance) => void): (where: Where) => void {
  return ({ fleet: { world }, instance: { containerInstance } }: Where): void => {
    if (containerInstance !== null) play(world, containerInstance);
  };
}

function onTask(play: (world: World, task: Task) => void): (where: Where) => void {
  return onContainer((world, { tasks }) => {
    const [first] = tasks;
    if (first !== undefined) play(world, first);
  });
}

function onService(play: (world: World, service: Service) => void): (where: Where) => void {
  return onContainer((world, { tasks }) => {
    const service = [...tasks].find((task) => task.service?.status === "ACTIVE")?.service;
    if (service) play(world, service);
  });
}

/** Changes the desired count. A daemon service has one task on each instance, so it is skipped. */
function scale(world: World, service: Service, by: number): void {
  if (service.strategy === "REPLICA") scaleService(world, service, Math.max(0, service.desired + by));
}
