import { z } from "zod";
import type { Clock, Ms } from "./clock.ts";
import { SpotkeeperError } from "./errors.ts";
import { amongst } from "./fields.ts";
import { answerWithin } from "./race.ts";

/**
 * The shape of a driver's file: the schema of its options in the config, and a function that opens the driver. A registry
 * lists the drivers of one kind by name; the config, its JSON Schema and its errors derive from the options.
 */
export interface DriverFactory<Opened, Deps, Options extends z.ZodObject = z.ZodObject> {
  /** Has a field `driver` (or `type`) with the driver's name, if a config selects one of several drivers. */
  readonly options: Options;
  /**
   * Makes one attempt, within `OPEN_WITHIN`. Rejects with SK-CONFIG-INVALID for wrong options, and with an error of its own
   * for a store that must not be changed (of another program, of a newer version). A store that is unavailable is opened
   * all the same: then its calls reject.
   */
  open(options: z.output<Options>, deps: Deps): Opened | Promise<Opened>;
}

interface Listed {
  readonly options: z.ZodType;
}

/** The options of any one driver of a registry. */
export type OptionsOf<Registry extends { readonly [name: string]: Listed }> = {
  readonly [Name in keyof Registry]: z.output<Registry[Name]["options"]>;
}[keyof Registry];

/** The same as users write them: without defaults. */
type WrittenOf<Registry extends { readonly [name: string]: Listed }> = {
  readonly [Name in keyof Registry]: z.input<Registry[Name]["options"]>;
}[keyof Registry];

/**
 * Makes the schema of a config section that selects a driver. Throws `RangeError` if a driver's options have another name
 * than the registry.
 *
 * @param key the field that selects the driver
 */
export function chosenFrom<Registry extends { readonly [name: string]: Listed }>(
  registry: Registry,
  key: "driver" | "type",
): z.ZodType<OptionsOf<Registry>, WrittenOf<Registry>> {
  const names = Object.keys(registry);
  for (const [name, { options }] of Object.entries(registry))
    if (options._zod.propValues?.[key]?.has(name) !== true)
      throw new RangeError(`The options of "${name}" do not begin with ${key}: "${name}"`);
  const all = Object.values(registry).map(({ options }) => options) as unknown as [z.ZodObject, ...z.ZodObject[]];
  return z.discriminatedUnion(key, all, {
    error: (issue) =>
      issue.code === "invalid_union" ? amongst(names, (issue.input as { readonly [key]?: unknown })[key]) : undefined,
  }) as unknown as z.ZodType<OptionsOf<Registry>, WrittenOf<Registry>>;
}

/** Maximum time for opening a driver: longer than any single call, and shorter than people wait for a start. */
const OPEN_WITHIN: Ms = 30_000;

/**
 * Opens a driver. Rejects as the driver does, and with SK-STORE-START if it takes too long.
 *
 * @param what for the error message: `the archive (sqlite)`
 */
export async function openDriver<Opened, Deps extends { readonly clock: Clock }>(
  what: string,
  factory: DriverFactory<Opened, Deps>,
  options: z.output<z.ZodObject>,
  deps: Deps,
): Promise<Opened> {
  const opened = await answerWithin(deps.clock, Promise.resolve(factory.open(options, deps)), OPEN_WITHIN);
  if (opened !== null) return opened.value;
  throw new SpotkeeperError(
    "SK-STORE-START",
    `${what} did not open within ${OPEN_WITHIN / 1_000} s. See that its service answers.`,
  );
}

/** Opens the driver that the options select. */
export function openChosen<Opened, Deps extends { readonly clock: Clock }>(
  what: string,
  registry: { readonly [name: string]: DriverFactory<Opened, Deps> },
  options: { readonly driver: string; readonly [option: string]: unknown },
  deps: Deps,
): Promise<Opened> {
  const factory = registry[options.driver];
  if (factory === undefined) throw new RangeError(`No driver is called ${options.driver}`);
  return openDriver(`${what} (${options.driver})`, factory, options, deps);
}
