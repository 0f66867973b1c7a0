import { join } from 'node:path';
import { readJournal } from '@kvtwin/journal';
import { seededRandom } from '@kvtwin/testkit';
import { KnownKeys, startProxyProcess, startWriters } from './killed-proxy.js';
import type { PairRig } from './pair-rig.js';

/** What came of it. */
export interface KillsSurvived {
  readonly problems: string[];
  /** Writes that were answered 200. */
  readonly acknowledged: number;
  readonly intents: number;
  readonly conflicts: number;
}

/**
 * Lets a proxy be killed under load, again and again, while now and then a side is stopped and started; then lets a last one
 * repair what is left. Returns what is wrong then: nothing, one hopes.
 */
export async function killProxyRepeatedly(
  rig: PairRig,
  program: string,
  { kills, seed }: { readonly kills: number; readonly seed: number },
): Promise<KillsSurvived> {
  const random = seededRandom(seed);
  const known = new KnownKeys();
  const options = {
    first: rig.nodes[0].url,
    second: rig.nodes[1].url,
    port: 0,
    journal: join(rig.journal, '..', 'killed'),
    sideTimeoutMs: 2000,
    repairDelayMs: 20,
    maxRepairDelayMs: 100,
    conflictCheckMs: 20,
    sumCopyDelayMs: 20,
  };
  for (let kill = 0; kill < kills; kill++) {
    const proxy = await startProxyProcess(program, options);
    const writing = startWriters(proxy.url, known, random, 8);
    const down = random.integer(0, 2);
    await sleep(random.integer(5, 60));
    // 2: both stay up.
    if (down < 2) {
      await rig.nodes[down as 0 | 1].stop();
      await sleep(random.integer(5, 80));
      if (random.integer(0, 1) === 0) await rig.nodes[down as 0 | 1].start();
      await sleep(random.integer(0, 60));
    }
    await proxy.kill();
    await writing;
    if (down < 2) await rig.nodes[down as 0 | 1].start();
  }
  const last = await startProxyProcess(program, options);
  const journal = options.journal;
  const waiting = await untilNothingWaits(last.url);
  const problems = await known.problems(
    rig.nodes.map(({ port }) => `http://127.0.0.1:${port}`) as [string, string],
  );
  if (waiting > 0) problems.push(`${waiting} writes wait for repair still`);
  await last.kill();
  return {
    problems,
    acknowledged: known.acknowledged,
    intents: await countOf(join(journal, 'intents')),
    conflicts: await countOf(join(journal, 'conflicts')),
  };
}

async function untilNothingWaits(url: string): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    const status = (await (await fetch(`${url}/sync_status`)).json()) as {
      total_status: { processed_items: number; synced_items: number };
    };
    const waiting = status.total_status.processed_items - status.total_status.synced_items;
    if (waiting === 0 || attempt >= 600) return waiting;
    await sleep(50);
  }
}

async function countOf(directory: string): Promise<number> {
  let count = 0;
  for await (const _ of readJournal(directory)) count++;
  return count;
}

/** Time in which the proxy is at work: what a kill meets is not to be the same each time. */
function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
