import type { Task } from "./state.ts";

const isIpv6 = ({ privateIp }: Task): boolean => privateIp.includes(":");

/**
 * The address among an attachment's details. In an IPv6-only subnet there is no `privateIPv4Address`:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html (the detail's name: seen in events)
 */
export const addressDetail = (task: Task): { readonly name: string; readonly value: string } => ({
  name: isIpv6(task) ? "ipv6Address" : "privateIPv4Address",
  value: task.privateIp,
});

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_NetworkInterface.html */
export const networkInterface = (task: Task): { readonly [name: string]: string } =>
  isIpv6(task) ? { ipv6Address: task.privateIp } : { privateIpv4Address: task.privateIp };

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html */
export const discoveryAddress = (task: Task): { readonly [name: string]: string } =>
  isIpv6(task) ? { AWS_INSTANCE_IPV6: task.privateIp } : { AWS_INSTANCE_IPV4: task.privateIp };
