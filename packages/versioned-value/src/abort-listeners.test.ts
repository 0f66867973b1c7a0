import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { listenToAbort, stopListening } from './abort-listeners.js';

describe('listening to a signal', () => {
  it('takes one listener for any number of calls', () => {
    const { signal, abort } = controller();
    const calls = Array.from({ length: 100 }, () => ({ abort: vi.fn() }));
    for (const call of calls) listenToAbort(signal, call);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    stopListening(signal, calls[0]!);
    abort();
    expect(calls.map((call) => call.abort.mock.calls.length)).toEqual([0, ...Array(99).fill(1)]);
  });

  it('leaves nothing behind', () => {
    const { signal } = controller();
    const call = { abort: vi.fn() };
    listenToAbort(signal, call);
    stopListening(signal, call);
    stopListening(signal, call);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    listenToAbort(signal, call);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  });

  it('lets calls end each other while the signal fires', () => {
    const { signal, abort } = controller();
    const second = { abort: vi.fn() };
    const first = { abort: vi.fn(() => stopListening(signal, second)) };
    listenToAbort(signal, first);
    listenToAbort(signal, second);
    abort();
    expect(first.abort).toHaveBeenCalledTimes(1);
  });
});

function controller() {
  const made = new AbortController();
  return { signal: made.signal, abort: () => made.abort() };
}
