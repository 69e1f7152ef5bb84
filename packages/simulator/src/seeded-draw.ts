/**
 * Returns a number in [0, 1) that depends only on seed and key, not on earlier draws: so a call's fate does not change
 * when another call is added. (FNV-1a, finished with MurmurHash3's mixer.)
 */
export function drawFor(seed: number, key: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193) >>> 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Returns an id in the form of a UUID that depends only on seed and key. */
export function uuidFor(seed: number, key: string): string {
  const hex = [0, 1, 2, 3]
    .map((part) =>
      Math.floor(drawFor(seed, `${part}:${key}`) * 2 ** 32)
        .toString(16)
        .padStart(8, "0"),
    )
    .join("");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20)].join("-");
}
