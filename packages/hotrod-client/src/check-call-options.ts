import { HotRodError } from './hotrod-error.js';
import { checkTimeout } from './options/options.js';
import type { CallOptions } from './pending-call.js';

/** Refuses options of a call that are none (`HOTROD_INVALID_ARGUMENT`); undefined passes. */
export function checkCallOptions(options: CallOptions | undefined): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null) {
    throw invalid(`the options of a call are ${String(options)}; give an object such as { timeoutMs: 500 }`);
  }
  checkTimeout(options.timeoutMs);
  checkSignal(options.signal);
}

/** Refuses what is no signal (`HOTROD_INVALID_ARGUMENT`); undefined passes. */
export function checkSignal(signal: unknown): void {
  if (signal === undefined || isSignal(signal)) return;
  throw invalid('signal is no AbortSignal; of an AbortController give its signal');
}

/** By shape: polyfills and other realms have their own classes. */
function isSignal(given: unknown): given is AbortSignal {
  return (
    typeof given === 'object' &&
    given !== null &&
    typeof (given as AbortSignal).aborted === 'boolean' &&
    typeof (given as AbortSignal).addEventListener === 'function'
  );
}

function invalid(message: string): HotRodError {
  return new HotRodError(message, { code: 'HOTROD_INVALID_ARGUMENT' });
}
