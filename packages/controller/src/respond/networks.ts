import { isIP } from "node:net";
import { plainAddress, rangesOf } from "../notify/addresses.ts";

/**
 * Never the application of another machine, whatever the policy allows: this machine itself, link-local addresses (that
 * of instance metadata, 169.254.169.254, among them), AWS's own local services at IPv6 (metadata is fd00:ec2::254),
 * multicast, and IPv4 in the clothes of IPv6.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
const NEVER = rangesOf([
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "224.0.0.0/3",
  "::/96",
  "::ffff:0:0/96",
  "64:ff9b::/96",
  "fd00:ec2::/32",
  "fe80::/10",
  "ff00::/8",
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
