import { isIP } from "node:net";
import { plainAddress, rangesOf } from "../http/addresses.ts";

/**
 * Addresses that are never called, whatever the policy allows, since they are no address of an instance: this machine
 * itself, link-local addresses (among them instance metadata, 169.254.169.254), AWS's local services at IPv6 (metadata
 * is fd00:ec2::254), multicast, and IPv4 addresses embedded in IPv6, which could be any of these: 6to4 (2002::/16),
 * Teredo (2001::/32), and NAT64, mapped, translated and compatible addresses, all in ::/3. The rest of IPv6 is global
 * unicast and unique local addresses, the only ones that an instance can have.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 * https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#vpc-sizing-ipv6
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const NEVER = rangesOf([
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "224.0.0.0/3",
  "::/3",
  "2001::/32",
  "2002::/16",
  "4000::/2",
  "8000::/2",
  "c000::/3",
  "e000::/4",
  "f000::/5",
  "f800::/6",
  "fd00:ec2::/32",
  "fe00::/7",
]);

/**
 * Returns why an address may not be called; null if it may.
 *
 * @param networks ranges that the policy allows
 */
export function whyNotCalled(address: string, networks: readonly string[]): string | null {
  if (isIP(address) === 0 || plainAddress(address) !== address) return `${address} is no address of an instance`;
  if (NEVER.check(address)) return `${address} is link-local, loopback or of no single machine: never called`;
  return rangesOf(networks).check(address) ? null : `${address} is in none of drainHook.networks`;
}
