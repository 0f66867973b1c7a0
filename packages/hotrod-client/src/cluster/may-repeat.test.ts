import { type OperationName, operations, RequestFlag } from '@kvtwin/hotrod-protocol';
import { describe, expect, it } from 'vitest';
import { callTarget } from '../call-target.js';
import { PendingCall } from '../pending-call.js';
import { mayRepeat } from './may-repeat.js';

const call = (name: OperationName, flags = 0): PendingCall =>
  new PendingCall(
    {
      operation: operations[name],
      request: {},
      target: callTarget({ cacheName: '' }),
      flags,
      interpret: () => undefined,
    } as never,
    1,
  );

describe('a call whose answer was lost', () => {
  it.each<OperationName>([
    'get',
    'getWithMetadata',
    'containsKey',
    'getAll',
    'size',
    'stats',
    'ping',
    'iterationStart',
  ])('is made again: %s', (name) => {
    expect(mayRepeat(call(name), false)).toBe(true);
  });

  it.each<OperationName>(['put', 'putAll', 'replace', 'clear'])(
    'is made again where writes may be: %s',
    (name) => {
      expect(mayRepeat(call(name), true)).toBe(true);
      expect(mayRepeat(call(name), false)).toBe(false);
    },
  );

  it.each<OperationName>([
    'putIfAbsent',
    'replaceIfUnmodified',
    'removeIfUnmodified',
    'remove',
    'iterationNext',
    'addClientListener',
  ])('is not made again: %s', (name) => {
    expect(mayRepeat(call(name), true)).toBe(false);
  });

  it.each<OperationName>(['put', 'replace'])(
    'is not made again where it asks for the value before: %s',
    (name) => {
      expect(mayRepeat(call(name, RequestFlag.FORCE_RETURN_PREVIOUS_VALUE), true)).toBe(false);
    },
  );
});
