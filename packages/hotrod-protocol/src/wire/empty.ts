import type { EmptyBody } from '../operation-definition.js';
import { struct } from './struct.js';

/** No bytes at all. */
export const empty = struct<EmptyBody>();
