import { BlockList, isIP } from "node:net";

/** Which addresses may be dialled. */
export interface Addresses {
  /** Whether `address`, which `host` resolved to (or is), may be dialled. */
  mayDial(host: string, address: string): boolean;
  /** Whether the user named this very host (or a range that the address is in). */
  isNamed(host: string): boolean;
}

/** An IPv6 address may carry the interface it was seen on: `fe80::1%eth0`. */
export const plainAddress = (address: string): string => address.replace(/%.*$/, "");

const family = (address: string): "ipv4" | "ipv6" => (isIP(address) === 6 ? "ipv6" : "ipv4");

/**
 * What is not globally reachable: https://www.iana.org/assignments/iana-ipv4-special-registry and
 * …/iana-ipv6-special-registry. Instance metadata (169.254.169.254, fd00:ec2::254) is among it. Of IPv6 only 2000::/3 is
 * global at all; IPv4-mapped and translated addresses, which could hide a private one, are outside of it.
 */
const NOT_PUBLIC: readonly string[] = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "::/3",
  "4000::/2",
  "8000::/1",
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "3fff::/20",
];

/** `10.0.0.5`, `10.0.0.0/8`, `fd00::/8`. */
export function isRange(entry: string): boolean {
  const [address = "", bits, more] = entry.split("/");
  if (more !== undefined || isIP(address) === 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 6 ? 128 : 32));
}

/** `hooks.internal`, `10.0.0.5`, `10.0.0.0/8`, `fd00::/8`. */
export function isAllowable(entry: string): boolean {
  return isRange(entry) || (isIP(entry) === 0 && /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i.test(entry));
}

/** @param allow what the user named although it is not public: host names, addresses and ranges (see isAllowable) */
export function createAddresses(allow: readonly string[]): Addresses {
  const refused = rangesOf(NOT_PUBLIC);
  const ranges = rangesOf(allow.filter((entry) => isIP(entry.split("/")[0] ?? "") !== 0));
  const names = new Set(allow.map((entry) => entry.toLowerCase()));
  const isNamed = (host: string): boolean => names.has(host.toLowerCase()) || (isIP(host) !== 0 && ranges.check(host));
  return {
    isNamed,
    mayDial: (host, address) => isIP(address) !== 0 && (isNamed(host) || isNamed(address) || !refused.check(address)),
  };
}

/**
 * Tells whether an address is in one of the ranges (see isRange). There is a list for each family: in a list of both,
 * IPv4 addresses match the IPv6 ranges of their mapped form.
 */
export function rangesOf(entries: readonly string[]): { readonly check: (address: string) => boolean } {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const entry of entries) {
    const [address = "", bits] = entry.split("/");
    const of = family(address);
    if (bits === undefined) lists[of].addAddress(address, of);
    else lists[of].addSubnet(address, Number(bits), of);
  }
  return { check: (address: string) => lists[family(address)].check(address, family(address)) };
}
