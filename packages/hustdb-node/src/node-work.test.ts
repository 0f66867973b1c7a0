import { formatNodeRead, formatNodeWrite, type NamedRequest } from '@kvtwin/hustdb-protocol';
import { describe, expect, it } from 'vitest';
import { NodeWork } from './node-work.js';

const key = new Uint8Array([0x6b]);
const body = new Uint8Array(0);
const put: NamedRequest = { command: 'put', request: { key, value: key } };
const replay: NamedRequest = { command: 'put', request: { key, value: key, isDup: true, ver: 1 } };
const get: NamedRequest = { command: 'get', request: { key } };
const del: NamedRequest = { command: 'del', request: { key } };
const applied = formatNodeWrite({ outcome: 'applied', version: '1', body });
const mismatch = formatNodeWrite({ outcome: 'mismatch', version: '2' });
const stale = formatNodeWrite({ outcome: 'stale', version: '2' });
const absent = formatNodeWrite({ outcome: 'absent', version: '0' });
const rejected = formatNodeWrite({ outcome: 'rejected', version: '0' });

function counted(work: NodeWork): Record<string, unknown> {
  const { md5db } = work.take() as { md5db: Record<string, { total: number }> };
  return Object.fromEntries(Object.entries(md5db).filter(([, { total }]) => total > 0));
}

describe('NodeWork', () => {
  it('counts by what was done and how it ended', () => {
    const work = new NodeWork();
    for (const reply of [applied, applied, mismatch, rejected]) work.note(put, reply, 1);
    work.note(replay, applied, 1);
    work.note(replay, stale, 1);
    work.note(del, applied, 1);
    work.note(del, absent, 1);
    work.note(get, formatNodeRead({ outcome: 'found', version: '1', value: key }), 1);
    work.note(get, formatNodeRead({ outcome: 'wrong-table', version: '0' }), 1);
    work.note({ command: 'stat', request: {} }, applied, 1);
    expect(
      Object.entries(counted(work)).map(([name, told]) => [name, (told as { total: number }).total]),
    ).toEqual([
      ['0|put_ok', 2],
      ['0|put_fail', 1],
      ['0|binlog_put_ok', 1],
      ['0|put_wrong_version', 1],
      ['0|binlog_put_wrong_version', 1],
      ['0|del_ok', 1],
      ['0|del_not_found', 1],
      ['0|get_ok', 1],
      ['0|get_not_found', 1],
    ]);
  });

  it('tells times in whole milliseconds, and how many were done in one', () => {
    const work = new NodeWork();
    for (const ms of [0.25, 2.5, 0.5]) work.note(put, applied, ms);
    expect(counted(work)).toEqual({ '0|put_ok': { speed: 1, slowest: 2, elapsed: 3, total: 3 } });
    work.note(put, applied, 0.25);
    expect(counted(work)).toEqual({ '0|put_ok': { speed: 1, slowest: 0, elapsed: 0, total: 1 } });
  });

  it('begins anew after each look, with every counter there', () => {
    const work = new NodeWork();
    work.note(put, applied, 1);
    const names = (): string[] => Object.keys((work.take() as { md5db: object }).md5db);
    expect(names()).toEqual(names());
    expect(names()).toHaveLength(17);
    expect(counted(work)).toEqual({});
  });
});
