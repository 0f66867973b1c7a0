import { performance } from 'node:perf_hooks';
import { openCompetitors } from './client-competitors.js';
import type { ClientRound } from './client-report.js';

/* Run in a process of its own: argv is the port of the stub server, and the rounds. Sends its rounds, then ends. */
const port = Number(process.argv[2]);
const rounds = Number(process.argv[3]);
const DEPTHS = [1, 8, 64, 512];
const WARM_UP_MS = 200;
const ROUND_MS = 400;

const competitors = await openCompetitors(port);
const measured: ClientRound[] = [];
for (const depth of DEPTHS) {
  for (const competitor of competitors) await competitor.run(depth, until(WARM_UP_MS));
  for (let round = 0; round < rounds; round++) {
    for (const competitor of competitors) {
      const cpuBefore = process.cpuUsage();
      const startedMs = performance.now();
      const answered = await competitor.run(depth, until(ROUND_MS));
      const seconds = (performance.now() - startedMs) / 1000;
      const { user, system } = process.cpuUsage(cpuBefore);
      measured.push({
        round,
        depth,
        competitor: competitor.name,
        perSecond: answered / seconds,
        cpuMicros: (user + system) / answered,
      });
    }
  }
}
for (const competitor of competitors) await competitor.close();
process.send?.(measured, () => process.exit(0));

/** Looks at the clock only now and then, which costs more than some competitors' reads. */
function until(ms: number): (answered: number) => boolean {
  const endMs = performance.now() + ms;
  let over = false;
  let nextLook = 0;
  return (answered) => {
    if (!over && answered >= nextLook) {
      nextLook = answered + 32;
      over = performance.now() >= endMs;
    }
    return over;
  };
}
