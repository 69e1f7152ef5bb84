/** For example `incident#i-0abc#2`. Never contains a time. */
export type Key = string;
