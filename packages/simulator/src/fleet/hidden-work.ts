import type { Ms } from "../operation.ts";
import type { ObservedWorld } from "./instance-facts.ts";
import type { Instance } from "./state.ts";

/** Work on an instance that AWS cannot see: a CI job, a batch job. */
export interface Work {
  readonly instanceId: string;
  /** When it ends by itself; null means never. */
  endsAt: Ms | null;
  /** When the instance ended before the work was done; null means it did not. */
  cutAt: Ms | null;
}

export interface WorkLog {
  /** Begins work on an instance, or changes its end; `endsAt` null: it does not end by itself. */
  begin(instance: Instance, endsAt: Ms | null): void;
  all(): readonly Work[];
}

/** Records when work ended, and which work was interrupted by the end of its instance. */
export const watchWork = ({ clock, listeners }: ObservedWorld): WorkLog => {
  const works = new Map<string, Work>();
  listeners.instance.push(({ id }, previous) => {
    const work = works.get(id);
    if (work === undefined || previous !== "running" || work.cutAt !== null) return;
    if (work.endsAt === null || clock.now() < work.endsAt) work.cutAt = clock.now();
  });
  return {
    begin: ({ id }, endsAt) => void works.set(id, { instanceId: id, endsAt, cutAt: null }),
    all: () => [...works.values()],
  };
};
