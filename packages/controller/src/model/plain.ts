/** Plain JSON, as it is stored. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

export type Params = { readonly [key: string]: Plain };
