import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { serveSimulator } from "@spotkeeper/simulator";
import { expect, test } from "vitest";
import { describeWithMoto, python } from "../support/moto.ts";
import { simulatedFleet } from "./shared/stand.ts";

const script = join(import.meta.dirname, "command-line.py");

describeWithMoto("another SDK, and the AWS command-line tool, which is made of it", () => {
  test("find AWS in the simulator", async () => {
    const { simulator, instances } = await simulatedFleet();
    const server = await serveSimulator(simulator);
    const { stdout } = await promisify(execFile)(python, [script, server.url]);
    await server.close();
    expect(JSON.parse(stdout)).toEqual({
      account: "123456789012",
      containers: instances.toSorted(),
      containerPages: 2,
      drained: ["DRAINING"],
      tasks: ["RUNNING", "RUNNING", "RUNNING", "RUNNING", "RUNNING"],
      service: 2,
      instances: instances.toSorted(),
      group: ["nodes", 3, 13],
      hooks: [300],
      targetGroups: ["web"],
      health: [],
      message: ["Zürich", true],
      published: true,
      ended: "InProgress",
      refused: ["ValidationError", "InvalidInstanceID.NotFound", "ClusterNotFoundException", "TargetGroupNotFound"],
    });
  });
});
