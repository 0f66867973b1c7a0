import { classifyPair, type SideRead, StoreError } from '@kvtwin/versioned-value';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { viewPairRead } from './pair-read-view.js';

const nowMs = 1_800_000_000_000;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function present(value: string, token: string, lifespanMs?: number): SideRead {
  return {
    state: 'present',
    entry: {
      value: text(value),
      version: { scheme: 'hotrod', token },
      expiration: lifespanMs === undefined ? { kind: 'immortal' } : { kind: 'mortal', lifespanMs },
      ...(lifespanMs === undefined ? {} : { createdAtMs: nowMs - 60_000 }),
    },
  };
}

function view(first: SideRead, second: SideRead): string {
  const read = classifyPair(first, second, 'opaque');
  return viewPairRead({
    key: text('用户:42'),
    read,
    names: ['lon', 'nyc'],
    nowMs,
    colors: pc.createColors(false),
  }).join('\n');
}

describe('a key on both sides', () => {
  it('in conflict shows both, and where they differ', () => {
    const first = present('{"seats":5}', '0003000100000a1f', 3_660_000);
    const second = present('{"seats":8}', '0002000200000044', 3_660_000);
    expect(view(first, second)).toBe(
      [
        '用户:42   CONFLICT',
        '  A  lon  v 0x0003000100000a1f  11 B  ttl 1h  sha af4011…',
        '  B  nyc  v 0x0002000200000044  11 B  ttl 1h  sha 1878f2…',
        '  versions are node-local on Infinispan: order unknown',
        '  {"seats":[-5-]{+8+}}',
      ].join('\n'),
    );
  });

  it('on one side only says on which', () => {
    expect(view(present('a', '0000000000000001'), { state: 'absent' }).split('\n')).toEqual([
      '用户:42   ONLY lon',
      '  A  lon  v 0x0000000000000001  1 B  no ttl  sha ca9781…',
      '  B  nyc  absent',
      '  a',
    ]);
  });

  it('that cannot be read says why', () => {
    const error = new StoreError('refused\u001b[2J', { code: 'STORE_UNREACHABLE' });
    expect(view(present('a', '0000000000000001'), { state: 'failed', error })).toContain(
      '  B  nyc  failed: refused\\x1b[2J (STORE_UNREACHABLE)',
    );
  });

  it('that is the same but expires at another time says so', () => {
    expect(view(present('a', '0000000000000001', 3_660_000), present('a', '0000000000000002'))).toContain(
      'expiry differs: B never expires',
    );
  });
});
