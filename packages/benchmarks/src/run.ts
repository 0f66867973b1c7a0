import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { canPin, pin } from './pin.js';
import { allocationSection } from './sections/allocation-section.js';
import { clientSection, operationsSection } from './sections/client-section.js';
import { codecSection } from './sections/codec-section.js';
import { infinispanSection } from './sections/infinispan-section.js';
import { linearSection } from './sections/linear-section.js';
import { proxySection } from './sections/proxy-section.js';
import type { Section } from './sections/section.js';

/*
 * Measures everything, prints the tables, and writes them to docs/benchmarks.md.
 *   --only NAME   that section, may be repeated; only prints
 *   --quick       fewer rounds; only prints
 */
const SECTIONS: readonly Section[] = [
  codecSection,
  clientSection,
  operationsSection,
  allocationSection,
  linearSection,
  infinispanSection,
  proxySection,
];

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
  },
});
const names = SECTIONS.map(({ name }) => name);
const unknown = options.only.filter((name) => !names.includes(name));
if (unknown.length > 0) throw new Error(`no section ${unknown.join(', ')}; there are ${names.join(', ')}`);
const chosen = SECTIONS.filter(({ name }) => options.only.length === 0 || options.only.includes(name));

const log = (line: string): void => console.error(`[${clock()}] ${line}`);
const startedMs = performance.now();
const loadBefore = loadavg()[0]!;
const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim() || 'unknown model'}), Node ${process.versions.node}`;
const texts: string[] = [];
let failed = false;
// What loads the servers belongs to their side; children that are not bound elsewhere inherit it.
pin(process.pid, 'server');
for (const section of chosen) {
  log(section.name);
  try {
    texts.push(await section.run({ quick: options.quick, log }));
  } catch (error) {
    failed = true;
    log(`${section.name} failed: ${(error as Error).stack}`);
  }
}

const bound = canPin
  ? 'What is measured ran on one core, what answers it on the other.'
  : 'Processes ran wherever the system put them.';
const page = `# Benchmarks

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)} in ${clock()} min: ${machine}, ${process.platform} ${process.arch}. Load average when it began: ${loadBefore.toFixed(1)}.
${bound} Absolute figures belong to this machine at this hour; the ratios, measured side by
side, are what to compare. Effects below 10 % are noise, and the more so the higher the load. In brackets: the goal, and whether it was met.

${texts.join('\n\n')}
`;
console.log(page);
if (chosen.length === SECTIONS.length && !options.quick && !failed) {
  const file = new URL('../../../docs/benchmarks.md', import.meta.url);
  await mkdir(new URL('.', file), { recursive: true });
  await writeFile(file, page);
  log(`written to ${fileURLToPath(file)}`);
}
process.exit(failed ? 1 : 0);

/** Minutes and seconds since the start. */
function clock(): string {
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
