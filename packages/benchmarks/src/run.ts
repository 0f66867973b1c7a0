import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { clientTable, measureClients } from './client-report.js';
import { codecTable, measureCodec } from './codec-cost.js';
import { measureProxy, proxyTable } from './proxy-report.js';

/* Measures everything, prints the tables, and writes them to docs/benchmarks.md. `--print` only prints; names choose parts. */
const PARTS = ['codec', 'client', 'proxy'] as const;
const chosen = PARTS.filter((part) => process.argv.includes(part));
const parts = chosen.length === 0 ? PARTS : chosen;
const loadBefore = loadavg()[0]!;
const sections: string[] = [];

if (parts.includes('codec')) {
  sections.push(`## Codec of \`@kvtwin/hotrod-protocol\`

Protocol 4.1, key of 16 bytes; CPU time, the least of 5 rounds.

${codecTable(measureCodec(5))}`);
}
if (parts.includes('client')) {
  sections.push(`## Hot Rod clients, get of 100 bytes

Each on one connection to a stub server in another process that answers every get with the same bytes. The raw socket
sends requests that were encoded before and counts the bytes of the answers: no client can be faster. Cells are reads per
second (median of 5 rounds of 0.4 s, taken in turns) and the client's CPU time per read (the least of them); ratios are
medians of the ratios within a round. Goals: ops/s to raw ≥ 0.90, 0.80, 0.50, 0.25; CPU of npm to ours ≥ 2.5, 9, 40, 90.

${clientTable(await measureClients(5))}`);
}
if (parts.includes('proxy')) {
  sections.push(`## Proxy

32 connections by autocannon, which shares the cores with the servers, so that requests per second understate what a
server could do and level differences; CPU per request is the surer figure. The Hot Rod stores are embedded ones in a
third process. Median of 4 rounds of 1.5 s, taken in turns; CPU is the least of them.

${proxyTable(await measureProxy(4))}`);
}

const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim() || 'unknown model'}), Node ${process.versions.node}`;
const page = `# Benchmarks

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${machine}, ${process.platform} ${process.arch}. Load average when it began: ${loadBefore.toFixed(1)}.
Absolute figures belong to this machine at this hour; the ratios, measured side by side, are what to compare. Effects below
10 % are noise, and the more so the higher the load.

${sections.join('\n\n')}
`;
console.log(page);
const complete = parts.length === PARTS.length && !process.argv.includes('--print');
if (complete) {
  const file = new URL('../../../docs/benchmarks.md', import.meta.url);
  await mkdir(new URL('.', file), { recursive: true });
  await writeFile(file, page);
  console.log(`written to ${fileURLToPath(file)}`);
}
