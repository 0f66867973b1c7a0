/** What every competitor reads: the same key, and the value that the servers answer with. */
export const WORKLOAD = {
  key: 'bench-key-000001',
  value: 'v'.repeat(100),
  table: 'bench_table',
  cache: 'bench',
} as const;
