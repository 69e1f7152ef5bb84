/** Tags as every service but ECS spells them. One without a value has the empty one. */
export const tagsOf = (
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): { readonly [name: string]: string } =>
  Object.fromEntries((tags ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? ""]])));
