import { HotRodError } from '../hotrod-error.js';
import type { EventFilter } from './cache-events.js';

/** As many as their count, one byte, can say. */
const MAX_PARAMETERS = 255;

/** Refuses a factory that names none (`HOTROD_INVALID_ARGUMENT`): the server would do without. Undefined passes. */
export function checkFactory(what: 'filter' | 'converter', given: EventFilter | undefined): void {
  if (given === undefined) return;
  const { name, parameters = [] } = (given ?? {}) as Partial<EventFilter>;
  if (typeof name !== 'string' || name === '') {
    throw invalid(`the ${what} names no factory; give { name: '…' }`);
  }
  const fits = Array.isArray(parameters) && parameters.length <= MAX_PARAMETERS;
  if (!fits || !parameters.every((parameter: unknown) => parameter instanceof Uint8Array)) {
    throw invalid(`the parameters of the ${what} ${name} must be at most ${MAX_PARAMETERS} Uint8Arrays`);
  }
}

function invalid(message: string): HotRodError {
  return new HotRodError(message, { code: 'HOTROD_INVALID_ARGUMENT' });
}
