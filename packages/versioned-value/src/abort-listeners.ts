/** What a fired signal ends: a call of a client. */
export interface Abortable {
  /** Called once, when the signal has fired; must not throw. */
  abort(): void;
}

interface Listening {
  readonly calls: Set<Abortable>;
  readonly onAbort: () => void;
}

/**
 * One listener per signal, however many calls share it: thousands of listeners on one signal are slow to remove, and
 * Node warns from the eleventh on.
 */
const bySignal = new WeakMap<AbortSignal, Listening>();

/** Has the call aborted when the signal fires; until `stopListening`. */
export function listenToAbort(signal: AbortSignal, call: Abortable): void {
  const known = bySignal.get(signal);
  if (known !== undefined) {
    known.calls.add(call);
    return;
  }
  const calls = new Set([call]);
  const onAbort = (): void => {
    bySignal.delete(signal);
    for (const each of [...calls]) each.abort();
  };
  bySignal.set(signal, { calls, onAbort });
  signal.addEventListener('abort', onAbort, { once: true });
}

/** Leaves nothing on a signal that no call listens to any more. */
export function stopListening(signal: AbortSignal, call: Abortable): void {
  const listening = bySignal.get(signal);
  if (listening === undefined) return;
  listening.calls.delete(call);
  if (listening.calls.size > 0) return;
  bySignal.delete(signal);
  signal.removeEventListener('abort', listening.onAbort);
}
