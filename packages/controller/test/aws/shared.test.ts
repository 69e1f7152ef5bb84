import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithMoto, type MotoServer, startMoto } from "../support/moto.ts";
import { capacity } from "./shared/capacity.ts";
import { messages } from "./shared/messages.ts";
import type { Probes } from "./shared/probe.ts";
import { registrations } from "./shared/registrations.ts";
import { type Stand, standOnMoto, standOnSimulator } from "./shared/stand.ts";
import { tasks } from "./shared/tasks.ts";
import { traffic } from "./shared/traffic.ts";

const probes: Probes = { ...capacity, ...tasks, ...traffic, ...registrations, ...messages };

/** What came of it: the answer, or the error by what the SDK makes of it. */
async function answerOf(stand: Stand, ask: (it: Stand) => Promise<unknown>): Promise<unknown> {
  try {
    const answer = await stand.run(ask(stand));
    if (typeof answer !== "object" || answer === null || !("$metadata" in answer)) return answer;
    const { $metadata: _, ...output } = answer;
    return output;
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    const status = $metadata?.httpStatusCode ?? 0;
    return status >= 500 ? "breaks" : `${name} ${status}`;
  }
}

describeWithMoto("the simulator answers as moto does", () => {
  let moto: MotoServer;
  let stands: { readonly simulator: Stand; readonly moto: Stand };
  beforeAll(async () => {
    moto = await startMoto({
      warmUp: ["ec2", "ecs", "autoscaling", "elasticloadbalancing", "servicediscovery", "sqs"],
    });
    await moto.reset();
    await moto.holdTaskStates();
    stands = { simulator: await standOnSimulator(), moto: await standOnMoto(moto.endpoint) };
  });
  afterAll(async () => {
    stands.simulator.close();
    stands.moto.close();
    await moto.stop();
  });

  test.each(Object.entries(probes))("%s", async (_question, { ask, differs }) => {
    const simulator = await answerOf(stands.simulator, ask);
    const onMoto = await answerOf(stands.moto, ask);
    if (differs === undefined) expect(simulator).toEqual(onMoto);
    else expect({ simulator, moto: onMoto }).toEqual({ simulator: differs.simulator, moto: differs.moto });
  });
});
