/** Values that one label takes; far more than there are kinds, responders, channels or AWS operations. */
const MOST_VALUES = 200;
const LONGEST = 64;

/** What an instance, task, image, … is called by AWS: there is no end of them, so none is a label. */
const IDENTIFIER = /^arn:|(?:^|[^a-z])[a-z]{1,5}-[0-9a-f]{8,}/;

/**
 * Keeps the values of a label few, whatever is given: text that comes from outside, or an identifier, becomes `other`,
 * and so does every value beyond the two hundredth.
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
