import type { ShowApp, ShowDeps } from "../deps.ts";
import type { LiveList } from "../open.ts";

/** Adds the metrics as Prometheus text (https://prometheus.io/docs/instrumenting/exposition_formats/). */
export function addMetrics(app: ShowApp, { metrics, log }: Pick<ShowDeps, "metrics" | "log">, live: LiveList): void {
  app.get("/metrics", async (c) => {
    const text = await metrics.text(await countOpen());
    c.header("content-type", metrics.contentType);
    return c.body(text);
  });

  /** Counts open incidents; returns null if the ledger is unavailable, when the other metrics are most needed. */
  async function countOpen(): Promise<number | null> {
    try {
      const docs = await live.read();
      return [...docs.values()].filter(({ body }) => body.closedAt === null).length;
    } catch (error) {
      log.warn({ err: error }, "open incidents could not be counted");
      return null;
    }
  }
}
