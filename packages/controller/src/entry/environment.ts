export interface Environment {
  readonly [name: string]: string | undefined;
}

/** The region of the process, as in the SDK; undefined if none is set. An empty variable sets none. */
export const regionIn = (env: Environment): string | undefined =>
  [env["AWS_REGION"], env["AWS_DEFAULT_REGION"]].find((region) => region !== undefined && region !== "");

/** The endpoint of all AWS services, such as an emulator; null means AWS's own. An empty variable sets none. */
export const endpointIn = ({ AWS_ENDPOINT_URL: url = "" }: Environment): string | null => (url === "" ? null : url);
