import { type ClassCounts, diffClasses } from '@kvtwin/reconcile';
import type { DiffReportData } from '../src/html-report/report-data.js';

/** A job that compared a million keys, made up; the same every time. */
export function sampleReport(changes: Partial<DiffReportData> = {}): DiffReportData {
  const classes = {
    ...(Object.fromEntries(diffClasses.map((name) => [name, 0])) as Record<keyof ClassCounts, number>),
    agreed: 998_611,
    'value-conflict': 312,
    'only-first': 741,
    'only-second': 309,
    'expiry-skew': 27,
    settled: 184,
  };
  const units = Array.from({ length: 256 }, (_, unit) => ({
    unit,
    keys: 3900 + ((unit * 37) % 23),
    differences: unit % 17 === 3 ? 40 + (unit % 29) : (unit * 7) % 5,
  }));
  const timeline = Array.from({ length: 120 }, (_, at) => ({
    elapsedMs: (at + 1) * 210,
    keysPerSecond: 36_000 + 7000 * Math.sin(at / 6) - (at > 70 && at < 80 ? 22_000 : 0),
    p99Ms: [3 + Math.sin(at / 5), 4.2 + (at > 70 && at < 80 ? 9 : 0) + Math.cos(at / 4)] as const,
  }));
  const latency = {
    calls: 4012,
    meanMs: 1.31,
    p50Ms: 1.1,
    p90Ms: 2.2,
    p99Ms: 3.1,
    p999Ms: 11.4,
    maxMs: 38.2,
  };
  return {
    job: 'd1',
    names: ['lon', 'nyc'],
    urls: ['hotrod://lon.example:11222/users', 'hotrod://nyc.example:11222/users'],
    selector: { type: 'kv' },
    policy: 'opaque',
    startedAt: '2026-11-22T09:00:00.000Z',
    finishedAt: '2026-11-22T09:00:26.310Z',
    elapsedMs: 26_310,
    keys: 1_000_184,
    differences: 1362,
    classes,
    scanned: [999_875, 999_443],
    digest: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
    reportSha256: 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00',
    layout: 'hotrod-segments-256',
    units,
    listings: [],
    latency: [latency, { ...latency, meanMs: 1.9, p99Ms: 4, maxMs: 61.7 }],
    timeline,
    settleMs: 600,
    confirmReads: 3,
    timeoutMs: 5000,
    ...changes,
  };
}
