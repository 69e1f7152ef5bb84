import { isIP } from "node:net";
import { plainAddress, rangesOf } from "../http/addresses.ts";

/**
 * Never the application of another machine, whatever the policy allows: this machine itself, link-local addresses (that
 * of instance metadata, 169.254.169.254, among them), AWS's own local services at IPv6 (metadata is fd00:ec2::254),
 * multicast, and IPv4 in the clothes of IPv6, which could mean any of these: 6to4 (2002::/16), Teredo (2001::/32), and
 * NAT64, mapped, translated and compatible addresses, all of them in ::/3. What is left of IPv6 are global unicast and
 * unique local addresses, which are all that an instance can have.
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
 * Why an instance may not be called at an address; null where it may.
 *
 * @param networks ranges that the policy allows (see isRange)
 */
export function whyNotCalled(address: string, networks: readonly string[]): string | null {
  if (isIP(address) === 0 || plainAddress(address) !== address) return `${address} is no address of an instance`;
  if (NEVER.check(address)) return `${address} is link-local, loopback or of no single machine: never called`;
  return rangesOf(networks).check(address) ? null : `${address} is in none of drainHook.networks`;
}
