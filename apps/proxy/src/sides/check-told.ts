import type { CommandName } from '@kvtwin/hustdb-protocol';
import { StoreError } from '@kvtwin/versioned-value';

const INTEGER = /^-?\d{1,20}$/;
const DECIMAL = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,4})?$/i;
/** No number is longer. */
const MAX_NUMBER_CHARACTERS = 400;

/** What a side tells without a version by which its answer could be known; `json`: an object or a list. */
const FORMS: Partial<Record<CommandName, RegExp | 'json'>> = {
  stat: 'json',
  stat_all: 'json',
  file_count: INTEGER,
  cache_ttl: INTEGER,
  cache_hincrby: INTEGER,
  cache_hincrbyfloat: DECIMAL,
};

/**
 * Passes on what a side told. Throws `STORE_PROTOCOL` where it is none that the command is answered by: what else answers on a
 * HustDB port says 200 too.
 */
export function checkTold<T extends string | undefined>(command: CommandName, told: T, store: string): T {
  const form = FORMS[command];
  if (told === undefined || form === undefined) return told;
  const isRight = form === 'json' ? isJson(told) : told.length <= MAX_NUMBER_CHARACTERS && form.test(told);
  if (isRight) return told;
  const shown = JSON.stringify(told.slice(0, 40));
  throw new StoreError(`${command} on ${store}: ${shown} is no answer to it`, {
    code: 'STORE_PROTOCOL',
    store,
    operation: command,
    mayHaveBeenApplied: command.startsWith('cache_hincr'),
  });
}

function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
