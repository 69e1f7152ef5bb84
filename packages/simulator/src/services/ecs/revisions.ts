import { invalid, missing, needReferences } from "./find.ts";
import type { Operation } from "../../operation.ts";
import type { World } from "../../fleet/state.ts";
import { reader } from "../../fleet/api/input.ts";
import { regionOf } from "../../fleet/region.ts";
import { renderRevision } from "./render-service.ts";
import { revisionsOf } from "../../fleet/ecs/deployments.ts";

/** At most 20: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceRevisions.html */
export const describeServiceRevisions: Operation<World> = {
  service: "ecs",
  name: "DescribeServiceRevisions",
  mutating: false,
  run: (world, input, ctx) => {
    const clusters = [...regionOf(world, ctx.account, ctx.region).clusters.values()];
    const all = new Map(
      clusters
        .flatMap((cluster) => [...cluster.services.values()])
        .flatMap((service) => revisionsOf(service).map((revision) => [revision.arn, { service, revision }] as const)),
    );
    const wanted = needReferences(reader(input, invalid), "serviceRevisionArns", 20);
    return {
      serviceRevisions: wanted.flatMap((arn) => {
        const found = all.get(arn);
        return found ? [renderRevision(found.service, found.revision)] : [];
      }),
      failures: wanted.flatMap((arn) => (all.has(arn) ? [] : [missing(arn)])),
    };
  },
};
