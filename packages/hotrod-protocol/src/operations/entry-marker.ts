/** From this version on an entry of an iteration begins with a byte that tells whether metadata follow. */
export const FIRST_VERSION_WITH_MARKER = 25;
/** They do. */
export const MARKED = 1;
