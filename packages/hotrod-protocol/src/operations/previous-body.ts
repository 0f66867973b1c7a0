import { type PreviousValue, previousValue } from '../previous-value.js';
import { field, struct } from '../wire/struct.js';

/** The body of the outcomes `ok-with-previous` and `not-executed-with-previous`. */
export const previousBody = struct<{ readonly previous: PreviousValue }>(field('previous', previousValue));
