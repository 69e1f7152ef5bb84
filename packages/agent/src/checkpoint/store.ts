/** Where checkpoints are kept. A store that cannot be asked rejects; it never answers "nothing" for that. */
export interface CheckpointStore {
  /** Null: there is none of that name. */
  read(key: string): Promise<Uint8Array | null>;
  /** When it resolves the whole is there to stay; whenever it is cut off, what was there before is whole. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  /** Makes a mark of that name; false, if there is one. Of many that try only one gets true. */
  claim(key: string): Promise<boolean>;
}
