/** From this width on, type and zone are shown. */
export const WIDE = 110;
/** From this width on, whole ids are shown; below it, the last column (current step, outcome) is shortened to fit. */
export const MIDDLE = 90;
/** Below this width, only the last column and the time left are shown. */
export const NARROW = 70;
/** The smallest width that is rendered. */
export const LEAST_COLUMNS = 40;

/** Below this number of rows there are no empty lines, and the fleet and its heading take few, so that incidents have room. */
export const TALL = 30;
/** Below this number of rows the fleet has one line. */
export const LOW = 16;
/** The number of groups that are drawn alone between the two. */
export const FEW = 3;
