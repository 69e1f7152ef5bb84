import type { Fault } from "../faults.ts";
import { befalls, both, mayDoAll } from "./worlds.ts";

/** What is tried again, who goes on after a restart, and when. */
export const FAULTS_OF_RETRIES: readonly Fault[] = [
  {
    name: "tasks are told to stop at once",
    loses: "a service has fewer tasks than it needs for two minutes, though ECS would keep them until others run",
    changes: [
      {
        code: "running.filter((task) => lastMoment(task) <= ctx.now)",
        instead: "running.filter((task) => lastMoment(task) < Infinity)",
      },
    ],
  },
  {
    name: "a wait that AWS refuses is given up",
    test: "packages/controller/test/flow/wait-refused.test.ts",
    missed: "where calls fail, hooks that are answered early are not judged",
    loses: "a hook is answered, or a drain called done, because AWS would not say how it stands",
    needs: ["fault: AWS denies access"],
    changes: [
      {
        code: `retryAt: responder.nature === "waits" ? now + STEP_BACKOFF.longest : null`,
        instead: "retryAt: null",
      },
    ],
  },
  {
    name: "no last chance",
    test: "packages/controller/test/respond/machine/steps.test.ts",
    seed: 4808,
    loses: "what was begun before a restart, or is owed, is given up because nobody was there in its time",
    changes: [
      {
        code: "return begun || needed ? step.abandonAt + LAST_CHANCE : step.abandonAt;",
        instead: "return step.abandonAt;",
      },
    ],
  },
  {
    name: "what EC2 does not know yet is gone",
    test: "packages/controller/test/flow/read-lag.test.ts",
    missed: "10 worlds that had what it needs did not show it",
    loses: "an instance that was launched just now is not drained, whatever AWS tells of it",
    needs: ["EC2 reads lag"],
    where: both(
      mayDoAll,
      ({ faults, outages, lives, messages, groups }) =>
        [faults, outages, lives, messages].every(({ length }) => length === 0) &&
        groups.some(({ launchHook }) => launchHook === "ours"),
    ),
    changes: [
      { code: "return named !== null && asked < named + READS_LAG;", instead: "return false;" },
      { code: "return isUnknown(missing) && named !== null && now < named + READS_LAG;", instead: "return false;" },
    ],
  },
  {
    name: "an earlier wake is dropped",
    missed: "the sweep of each second takes it up: what is lost is a second or two",
    test: "packages/controller/test/entry/scheduler.test.ts",
    loses: "what is due sooner than was planned waits for the time that was planned first",
    changes: [
      { code: "if (had !== undefined && had.when <= when) return;", instead: "if (had !== undefined) return;" },
    ],
  },
  {
    name: "what is woken again is not queued again",
    missed: "the sweep of each second takes it up: what is lost is a second or two",
    test: "packages/controller/test/entry/scheduler.test.ts",
    loses: "a signal that comes while its incident is worked on waits for the sweep",
    changes: [{ code: "if (entry.again && !stopped) queue.add(key);", instead: "" }],
  },
  {
    name: "an unsure plan drops what it lacks",
    test: "packages/controller/test/respond/machine/steps.test.ts",
    missed: "what is dropped comes back with AWS's next answer, some seconds later",
    loses: "a worker that takes over drops steps, because it does not know yet what they are for",
    needs: ["killed before an effect"],
    changes: [{ code: `(complete && step.state === "waiting" ?`, instead: `(step.state === "waiting" ?` }],
  },
  {
    name: "an intended step runs without a look",
    test: "packages/controller/test/respond/capacity.test.ts",
    missed: "10 worlds that had what it needs did not show it",
    loses: "after a kill an effect that AWS notices takes place twice",
    needs: ["killed after an effect", "replaced by raise"],
    where: mayDoAll,
    changes: [
      {
        code: `if (seen === "not-done") return responder.run(step, ctx);`,
        instead: `if (seen !== null) return responder.run(step, ctx);`,
      },
    ],
  },
  {
    name: "without a ledger a hook is answered",
    test: "packages/controller/test/flow/ledger-away.test.ts",
    seed: 62,
    loses: "an instance is ended while nobody can record what is left to do for it",
    needs: ["scale-in that nobody can record"],
    where: befalls(["scale-in"], ({ hook }) => hook === "ours" || hook === "ours, to our queue"),
    changes: [{ code: "responder.withoutLedger &&", instead: "" }],
  },
  {
    name: "alerts are not woken when the last of them closes",
    missed: "the next look at the alert takes it up: what is lost are seconds",
    test: "packages/controller/test/flow/told-at-once.test.ts",
    loses: "people hear some seconds later how it ended",
    changes: [{ code: "for (const alert of members.closedLast(doc)) await wake.at(alert, clock.now());", instead: "" }],
  },
];
