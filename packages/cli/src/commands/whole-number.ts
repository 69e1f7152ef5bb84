import { InvalidArgumentError } from "commander";

/** Reads a whole number between two bounds, for an option. */
export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It wants a whole number from ${least} to ${most}.`);
  };
}
