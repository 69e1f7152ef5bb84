/** Order in which EC2 and ECS go through the states. */
const RANK: { readonly [state: string]: number } = {
  pending: 0,
  running: 1,
  deactivating: 2,
  stopping: 2,
  "shutting-down": 2,
  deprovisioning: 3,
  stopped: 3,
  terminated: 4,
};

/** Returns 0 (`pending`) to 4 (`terminated`); 1 for an unknown state. */
export const rankOf = (state: string): number => RANK[state] ?? 1;

/** Whether the subject ends or has ended: `stopping`, `stopped`, `shutting-down`, `terminated`. */
export const isEndState = (state: string): boolean => rankOf(state) >= 2;
