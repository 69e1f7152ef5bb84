/**
 * vCPUs by instance size, and GiB for each vCPU by family. https://aws.amazon.com/ec2/instance-types/ (rounded:
 * assumed)
 */
const vcpus: Readonly<Record<string, number>> = {
  medium: 1,
  large: 2,
  xlarge: 4,
  "2xlarge": 8,
  "4xlarge": 16,
  "8xlarge": 32,
  "12xlarge": 48,
  "16xlarge": 64,
  "24xlarge": 96,
};

const gibPerVcpu: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8, t: 4, g: 4, p: 8 };

/**
 * Returns what an instance type offers to tasks, in CPU units and MiB. The agent and the system keep 5 % of the memory.
 */
export const sizeOf = (type: string): { readonly cpu: number; readonly memory: number } => {
  const [family = "", size = ""] = type.split(".");
  const count = vcpus[size] ?? 2;
  return { cpu: count * 1024, memory: Math.floor(count * (gibPerVcpu[family[0] ?? ""] ?? 4) * 1024 * 0.95) };
};
