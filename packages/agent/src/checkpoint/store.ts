/** Storage for checkpoints. If the storage does not answer, the promise rejects; it never says "there is none" then. */
export interface CheckpointStore {
  /** Reads one object. Returns null if there is none of that name. */
  read(key: string): Promise<Uint8Array | null>;
  /** Writes all bytes durably, then resolves. If it is interrupted, the previous object stays complete. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  /** Creates an empty object of that name. Returns false if it exists. Of several callers, one gets true. */
  claim(key: string): Promise<boolean>;
}
