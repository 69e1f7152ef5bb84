import { type Profiler, Session } from "node:inspector";

/** A file, by its URL, and the place in it where a piece of code begins. */
export interface Spot {
  readonly url: string;
  readonly offset: number;
}

/** Counts what code runs in this process, from now on. */
export function countCode(): { readonly take: () => Promise<(spot: Spot) => boolean> } {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return {
    /** Answers whether the code at a spot has run since the last time; what runs when its file is loaded counts as run. */
    async take() {
      const { result } = await new Promise<Profiler.TakePreciseCoverageReturnType>((resolve, reject) => {
        session.post("Profiler.takePreciseCoverage", (error, taken) =>
          error === null ? resolve(taken) : reject(error),
        );
      });
      const byUrl = new Map(result.map(({ url, functions }) => [url, functions]));
      return ({ url, offset }) => {
        const ranges = (byUrl.get(url) ?? [])
          .flatMap((one, index) => one.ranges.map((range) => ({ ...range, isFile: index === 0 })))
          .filter(({ startOffset, endOffset }) => startOffset <= offset && offset < endOffset)
          .toSorted((a, b) => a.endOffset - a.startOffset - (b.endOffset - b.startOffset));
        const [inner] = ranges;
        return inner !== undefined && (inner.count > 0 || inner.isFile);
      };
    },
  };
}
