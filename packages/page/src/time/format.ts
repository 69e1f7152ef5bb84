/** Formats a countdown: `1:14`; after its end `0:12 ago`. */
export function countdown(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1_000);
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return ms < 0 && seconds > 0 ? `${text} ago` : text;
}

/** Formats a duration in its largest fitting unit: `47 s`, `3 min`, `5 h`, `2 days`. */
export function span(ms: number): string {
  const seconds = Math.abs(ms) / 1_000;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

const zoned = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("en-GB", options);
const clock = zoned({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayAndClock = zoned({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** Times of day are in the reader's time zone. */
export const clockTime = (time: string | number): string => clock.format(new Date(time));
export const dateTime = (time: string | number): string => dayAndClock.format(new Date(time));
export const zoneName: string = Intl.DateTimeFormat().resolvedOptions().timeZone;

export const counted = (count: number, what: string): string =>
  `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
