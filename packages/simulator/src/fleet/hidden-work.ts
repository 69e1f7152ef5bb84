import type { Ms } from "../operation.ts";
import type { Watched } from "./facts.ts";
import type { Instance } from "./state.ts";

/** Work on an instance that nothing of AWS sees: a CI job, a batch. */
export interface Work {
  readonly instanceId: string;
  /** When it is over by itself; null: not before it is ended from outside. */
  endsAt: Ms | null;
  /** When the instance went before the work was over; null: it did not. */
  cutAt: Ms | null;
}

export interface WorkLog {
  /** Work begins on an instance, or is now to end at another instant; `endsAt` null: not by itself. */
  begin(instance: Instance, endsAt: Ms | null): void;
  all(): readonly Work[];
}

/** Knows when work was over, and what an instance took with it. */
export const watchWork = ({ clock, listeners }: Watched): WorkLog => {
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
