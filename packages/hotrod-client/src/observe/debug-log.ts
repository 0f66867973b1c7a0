import { debuglog } from 'node:util';

/** Prints to stderr when the environment says `NODE_DEBUG=hotrod`. Never keys, values or credentials. */
export const debugLog = debuglog('hotrod');
