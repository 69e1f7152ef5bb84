/** Maximum number of values of one label; far more than there are kinds, responders, channels or AWS operations. */
const MOST_VALUES = 200;
const LONGEST = 64;

/** Ids of instances, tasks, images, …: unlimited in number, so never label values. */
const IDENTIFIER = /^arn:|(?:^|[^a-z])[a-z]{1,5}-[0-9a-f]{8,}/;

/**
 * Creates a function that limits the values of a label: identifiers, long texts, and all values after the first two
 * hundred become `other`.
 */
export function createLabel(): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (value.length === 0 || value.length > LONGEST || IDENTIFIER.test(value) || known.size >= MOST_VALUES)
      return "other";
    known.add(value);
    return value;
  };
}
