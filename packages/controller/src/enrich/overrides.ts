/** The user's configuration for facts that AWS does not give reliably (docs/aws-facts.md, 13). */
export interface Overrides {
  /** Tag of an Auto Scaling group whose value names its ECS cluster; null means none. */
  readonly groupTag: string | null;
  /** Tag of an ECS cluster whose value names the Auto Scaling group, `*` and `?` are wildcards; null means none. */
  readonly clusterTag: string | null;
  /** The cluster of instances whose name matches a pattern (`*` and `?`); the first match counts. */
  readonly names: readonly { readonly pattern: string; readonly cluster: string }[];
  /** Tasks that a service needs: below 1 a share of desired, 1 or more a number; null means its minimumHealthyPercent. */
  readonly minimum: number | null;
}

export const defaultOverrides: Overrides = {
  groupTag: "spotkeeper:cluster",
  clusterTag: "spotkeeper:group",
  names: [],
  minimum: null,
};
