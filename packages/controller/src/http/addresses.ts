import { BlockList, isIP } from "node:net";

/** Rules for addresses that may be connected to. */
export interface Addresses {
  /** Whether `address`, to which `host` resolved (or which it is), may be connected to. */
  mayDial(host: string, address: string): boolean;
  /** Whether the user's allow list contains this host (or a range with its address). */
  isNamed(host: string): boolean;
}

/** Removes the interface from an IPv6 address: `fe80::1%eth0` → `fe80::1`. */
export const plainAddress = (address: string): string => address.replace(/%.*$/, "");

const family = (address: string): "ipv4" | "ipv6" => (isIP(address) === 6 ? "ipv6" : "ipv4");

/**
 * Addresses that are not globally reachable:
 * https://www.iana.org/assignments/iana-ipv4-special-registry
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

/** Whether the text is an address or range: `10.0.0.5`, `10.0.0.0/8`, `fd00::/8`. */
export function isRange(entry: string): boolean {
  const [address = "", bits, more] = entry.split("/");
  if (more !== undefined || isIP(address) === 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 6 ? 128 : 32));
}

/** Whether the text is a host name, address or range: `hooks.internal`, `10.0.0.5`, `10.0.0.0/8`, `fd00::/8`. */
export function isAllowable(entry: string): boolean {
  return isRange(entry) || (isIP(entry) === 0 && /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i.test(entry));
}

/**
 * Whether a name is one of hosts that no public DNS knows: https://www.rfc-editor.org/rfc/rfc6761 (localhost),
 * https://www.rfc-editor.org/rfc/rfc6762 (local), https://www.rfc-editor.org/rfc/rfc8375 (home.arpa), and `internal`, which
 * ICANN reserves for private use and clouds use for their metadata: https://www.icann.org/en/board-activities-and-meetings/materials/approved-resolutions-special-meeting-of-the-icann-board-29-07-2024-en
 */
export function isInternalName(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  return isIP(name) === 0 && (!name.includes(".") || /\.(localhost|local|internal|home\.arpa)$/.test(name));
}

/** @param allow the user's exceptions: host names, addresses and ranges (see isAllowable) */
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
 * Creates a check whether an address is in one of the ranges (see isRange). Each family has its own list, since in a
 * common list IPv4 addresses match the IPv6 ranges of their mapped form.
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
