import type { Instance, World } from "../fleet/state.ts";
import { interrupt, interruptTask, isOnFargateSpot } from "../fleet/index.ts";
import type { InterruptOptions } from "../fleet/interrupt.ts";
import type { Ms } from "../operation.ts";
import type { Trace } from "../traces/trace.ts";
import { poolKey } from "../fleet/region.ts";

/** How often, of all interruptions, something is out of the ordinary: shares from 0 to 1. */
export interface Mix {
  readonly recommended: number;
  readonly missed: number;
  readonly cancelled: number;
  readonly duplicated: number;
  readonly late: number;
  /** A Fargate Spot task goes along with a storm. */
  readonly fargate: number;
}

export interface PlayOptions {
  /** Trace seconds for each second of the world's clock. */
  readonly speed: number;
  /** How long after the start the first interruption comes; what precedes it in the trace is skipped. */
  readonly leadIn?: Ms;
  /** Begins again when the trace ends. */
  readonly repeat?: boolean;
  readonly mix?: Partial<Mix>;
}

export interface Player {
  /** How many interruptions have been played. */
  played(): number;
  /** True once the trace has ended and is not repeated. */
  done(): boolean;
  stop(): void;
}

interface Storm {
  readonly at: Ms;
  readonly size: number;
}

/** Interruptions that the trace has at one instant belong together. */
const stormsOf = (trace: Trace): Storm[] => {
  const sizes = new Map<Ms, number>();
  for (const { at, kind } of trace.events) {
    if (kind === "interrupt") sizes.set(at, (sizes.get(at) ?? 0) + 1);
  }
  return [...sizes].map(([at, size]) => ({ at, size }));
};

const isCandidate = (instance: Instance): boolean =>
  instance.purchase === "spot" &&
  instance.state === "running" &&
  instance.notice === null &&
  (instance.member === null || instance.member.state === "InService");

/**
 * A storm takes from as few pools as it can, because reclaims of one type and zone come together
 * (arXiv 2604.16457: 92 % of those that hit a type and zone together did so within three minutes).
 */
const chooseVictims = (world: World, size: number): Instance[] => {
  const pools = new Map<string, Instance[]>();
  for (const instance of world.instances.values()) {
    if (!isCandidate(instance)) continue;
    const key = `${instance.region.account}/${poolKey(instance.zone.name, instance.type, instance.purchase)}`;
    const pool = pools.get(key);
    if (pool) pool.push(instance);
    else pools.set(key, [instance]);
  }
  const victims: Instance[] = [];
  const left = [...pools.values()];
  while (victims.length < size && left.length > 0) {
    const [pool = []] = left.splice(world.random.int(left.length), 1);
    victims.push(...pool.slice(0, size - victims.length));
  }
  return victims;
};

const optionsFor = (world: World, mix: Partial<Mix>): InterruptOptions => {
  const happens = (share: number | undefined): boolean => world.random.next() < (share ?? 0);
  return {
    ...(happens(mix.recommended) ? { rebalanceLead: 30_000 + world.random.int(270_000) } : {}),
    ...(happens(mix.missed) ? { missed: true } : {}),
    ...(happens(mix.cancelled) ? { survives: true } : {}),
    ...(happens(mix.duplicated) ? { duplicates: 1, shuffle: 5_000 } : {}),
    ...(happens(mix.late) ? { late: 5_000 + world.random.int(25_000) } : {}),
  };
};

const strikeFargate = (world: World): void => {
  const tasks = [...world.regions.values()]
    .flatMap(({ clusters }) => [...clusters.values()])
    .flatMap(({ tasks: all }) => [...all.values()])
    .filter((task) => isOnFargateSpot(task) && task.lastStatus === "RUNNING");
  if (tasks.length > 0) interruptTask(world, world.random.pick(tasks));
};

/**
 * Interrupts a fleet as a trace says. Which node of the trace went does not matter, how many went together does; launches
 * are the fleet's own affair (its groups replace what they lose).
 * @throws RangeError for a speed that is not positive, or a trace without an interruption
 */
export const playTrace = (world: World, trace: Trace, options: PlayOptions): Player => {
  const storms = stormsOf(trace);
  const [first] = storms;
  if (!first) throw new RangeError(`${trace.name} has no interruption to play`);
  if (!(options.speed > 0)) throw new RangeError(`speed must be positive, got ${options.speed}`);
  const { clock } = world;
  const mix = options.mix ?? {};
  const round = Math.max(trace.duration, (storms.at(-1)?.at ?? 0) + 60_000) - first.at;
  const begun = clock.now() + (options.leadIn ?? 5_000);
  let next = 0;
  let played = 0;
  let cancel = (): void => {};

  const over = (): boolean => next >= storms.length && options.repeat !== true;
  const dueAt = (): Ms => {
    const storm = storms[next % storms.length] ?? first;
    const rounds = Math.floor(next / storms.length);
    return begun + (storm.at - first.at + rounds * round) / options.speed;
  };
  const strike = (): void => {
    const storm = storms[next % storms.length] ?? first;
    next += 1;
    for (const { id } of chooseVictims(world, storm.size)) {
      played += 1;
      interrupt(world, id, optionsFor(world, mix));
    }
    if (world.random.next() < (mix.fargate ?? 0)) strikeFargate(world);
    schedule();
  };
  const schedule = (): void => {
    if (!over()) cancel = clock.setTimer(Math.round(dueAt()), strike);
  };
  schedule();
  return { played: () => played, done: over, stop: () => cancel() };
};
