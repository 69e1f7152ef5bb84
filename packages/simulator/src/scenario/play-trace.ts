import type { Instance, World } from "../fleet/state.ts";
import { interrupt, interruptTask, isOnFargateSpot } from "../fleet/index.ts";
import type { InterruptOptions } from "../fleet/interrupt.ts";
import type { Ms } from "../operation.ts";
import type { Trace } from "../traces/trace.ts";
import { poolKey } from "../fleet/region.ts";

/** The shares (0 to 1) of interruptions that are out of the ordinary. */
export interface Mix {
  readonly recommended: number;
  readonly missed: number;
  readonly cancelled: number;
  readonly duplicated: number;
  readonly late: number;
  /** The share of storms that also interrupt a Fargate Spot task. */
  readonly fargate: number;
}

export interface PlayOptions {
  /** Trace seconds for each second of the world's clock. */
  readonly speed: number;
  /** The time from the start to the first interruption; earlier parts of the trace are skipped. */
  readonly leadIn?: Ms;
  /** Whether to begin again when the trace ends. */
  readonly repeat?: boolean;
  readonly mix?: Partial<Mix>;
  /**
   * Chooses instances that the first storm interrupts before others, each with a plain warning, so that what follows is
   * known beforehand.
   */
  readonly opening?: (world: World) => readonly Instance[];
}

export interface Player {
  /** Returns the number of interruptions so far. */
  played(): number;
  /** Returns true when the trace has ended and is not repeated. */
  done(): boolean;
  stop(): void;
}

interface Storm {
  readonly at: Ms;
  readonly size: number;
}

/** Groups the interruptions of one instant of the trace. */
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
 * Chooses victims from as few pools as possible, because reclaims of one type and zone come together (arXiv 2604.16457:
 * of reclaims that hit a type and zone together, 92 % were within three minutes).
 */
const chooseVictims = (world: World, size: number, chosen: readonly Instance[]): Instance[] => {
  const pools = new Map<string, Instance[]>();
  for (const instance of world.instances.values()) {
    if (!isCandidate(instance) || chosen.includes(instance)) continue;
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

const interruptFargate = (world: World): void => {
  const tasks = [...world.regions.values()]
    .flatMap(({ clusters }) => [...clusters.values()])
    .flatMap(({ tasks: all }) => [...all.values()])
    .filter((task) => isOnFargateSpot(task) && task.lastStatus === "RUNNING");
  if (tasks.length > 0) interruptTask(world, world.random.pick(tasks));
};

/**
 * Interrupts a fleet as in a trace. Only the number of nodes that went together counts, not which ones. Launches are
 * left to the fleet's groups.
 *
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
  const playNext = (): void => {
    const storm = storms[next % storms.length] ?? first;
    const opening = next > 0 ? [] : (options.opening?.(world) ?? []).filter(isCandidate).slice(0, storm.size);
    next += 1;
    for (const { id } of opening) {
      played += 1;
      interrupt(world, id);
    }
    for (const { id } of chooseVictims(world, storm.size - opening.length, opening)) {
      played += 1;
      interrupt(world, id, optionsFor(world, mix));
    }
    if (world.random.next() < (mix.fargate ?? 0)) interruptFargate(world);
    schedule();
  };
  const schedule = (): void => {
    if (!over()) cancel = clock.setTimer(Math.round(dueAt()), playNext);
  };
  schedule();
  return { played: () => played, done: over, stop: () => cancel() };
};
