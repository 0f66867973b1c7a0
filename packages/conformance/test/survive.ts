import { setTimeout as pause } from 'node:timers/promises';
import { HotRodClient, type HotRodClientOptions } from '@kvtwin/hotrod-client';
import type { InfinispanCluster, SitePair, WorkloadReport } from '../src/index.js';
import { Workload } from '../src/index.js';
import { openDoors } from './doors.js';
import { type MemoryLevel, memoryLevel } from './memory-level.js';

/** How long and how hard. */
export interface SurvivalPlan {
  readonly callsPerSecond: number;
  /** Answers to wait for in every quiet time between two disasters. */
  readonly quietCalls: number;
  /** Another one for each workload on the same cluster. Default 1. */
  readonly seed?: number;
  /** How often the whole sequence is run. */
  readonly rounds: number;
  /** Hears of each part when it begins. */
  readonly log: (line: string) => void;
}

/** What a workload saw, and what it left behind. */
export interface SurvivalReport extends WorkloadReport {
  readonly memoryBefore: MemoryLevel;
  readonly memoryAfter: MemoryLevel;
  /** The most that was resident in between, in MiB. */
  readonly peakResidentMb: number;
  /** Requests that the client still counted when every caller had its answer, see {@link mayBeLeft}. */
  readonly leftInClient: number;
}

const CACHE = 'survival';
/** The client's own default. */
const TIMEOUT_MS = 5_000;
/**
 * What may be left in the client: requests that a server has dropped without a word, on a connection that lives on. Their
 * callers have had a timeout; the client knows their ids until the connection ends, in case the answers come after all.
 */
export function mayBeLeft({ total }: SurvivalReport): number {
  return total.errors.HOTROD_TIMEOUT ?? 0;
}

/** Longer than a call may take; the other nodes still wait for it. */
const FREEZE_MS = 7_000;
const SAMPLE_MS = 500;
const BREAKS = 12;
const BETWEEN_BREAKS = 400;

/** Kills a node, lets it return, restarts all in turn, and stops all at once, under load. */
export function surviveCluster(cluster: InfinispanCluster, plan: SurvivalPlan): Promise<SurvivalReport> {
  return underLoad(
    { servers: cluster.nodes.map(({ port }) => `127.0.0.1:${port}`) },
    plan,
    async (workload) => {
      const begin = (what: string): void => tellPhase(workload, what, plan);
      const change = async (...steps: (() => Promise<void>)[]): Promise<void> => {
        workload.clusterChanges();
        for (const step of steps) {
          await step();
          await cluster.settled();
        }
        workload.clusterRests();
        await workload.answered(plan.quietCalls);
      };
      for (let round = 0; round < plan.rounds; round++) {
        const victim = cluster.nodes[round % cluster.nodes.length]!;
        begin('kill -9 of a node');
        await change(() => victim.kill());
        begin('its return');
        await change(() => victim.start());
        begin('rolling restart of all three');
        for (const node of cluster.nodes) {
          await change(
            () => node.stop(),
            () => node.start(),
          );
        }
        begin('full stop and start');
        workload.everythingMayGetLost();
        workload.clusterChanges();
        await cluster.stop();
        workload.everythingIsLost();
        await change(() => cluster.start());
        begin('quiet again');
        await workload.answered(plan.quietCalls);
      }
    },
  );
}

/** Breaks connections in the middle of what is on its way, and has a node hang, under load. */
export async function surviveNetwork(
  cluster: InfinispanCluster,
  plan: SurvivalPlan,
): Promise<SurvivalReport> {
  const doors = await openDoors(cluster.nodes);
  const options: HotRodClientOptions = {
    servers: doors.doors.map(({ port }) => `127.0.0.1:${port}`),
    mapAddress: doors.mapAddress,
  };
  try {
    return await underLoad(options, plan, async (workload) => {
      const begin = (what: string): void => tellPhase(workload, what, plan);
      for (let round = 0; round < plan.rounds; round++) {
        begin('connections to one node after the other break');
        for (let times = 0; times < BREAKS; times++) {
          doors.doors[times % doors.doors.length]!.cut();
          await workload.answered(BETWEEN_BREAKS);
        }
        begin('all connections break at once');
        for (const door of doors.doors) door.cut();
        await workload.answered(plan.quietCalls);
        begin('a node hangs, and goes on');
        workload.clusterChanges();
        const victim = cluster.nodes[round % cluster.nodes.length]!;
        victim.freeze();
        await pause(FREEZE_MS);
        victim.thaw();
        await cluster.settled();
        workload.clusterRests();
        await workload.answered(plan.quietCalls);
      }
    });
  } finally {
    await doors.close();
  }
}

/** Goes to the other site and back, then loses the site in use, under load. */
export function surviveSites(pair: SitePair, plan: SurvivalPlan): Promise<SurvivalReport> {
  const options: HotRodClientOptions = {
    servers: [`127.0.0.1:${pair.first.port}`],
    sites: { second: [`127.0.0.1:${pair.second.port}`] },
  };
  return underLoad(options, plan, async (workload, client) => {
    const begin = (what: string): void => tellPhase(workload, what, plan);
    for (let round = 0; round < plan.rounds; round++) {
      begin('to the other site');
      await client.switchToSite('second');
      await workload.answered(plan.quietCalls);
      begin('and back');
      await client.switchToDefaultSite();
      await workload.answered(plan.quietCalls);
    }
    begin('kill -9 of the site in use');
    await pair.first.kill();
    await workload.answered(plan.quietCalls);
  });
}

type Disasters = (workload: Workload, client: HotRodClient) => Promise<void>;

async function underLoad(
  options: HotRodClientOptions,
  plan: SurvivalPlan,
  disasters: Disasters,
): Promise<SurvivalReport> {
  const client = await HotRodClient.connect({ ...options, timeoutMs: TIMEOUT_MS });
  try {
    // Both levels are those of a client that has done its work for a while, without the workload, which keeps a history.
    await work(client, { ...plan, seed: (plan.seed ?? 1) + 1_000 }, async (workload) => {
      await workload.answered(plan.quietCalls);
    });
    const memoryBefore = memoryLevel();
    let peakResidentMb = memoryBefore.residentMb;
    const sampler = setInterval(() => {
      peakResidentMb = Math.max(peakResidentMb, Math.round(process.memoryUsage().rss / 1_048_576));
    }, SAMPLE_MS);
    const report = await work(client, plan, disasters).finally(() => clearInterval(sampler));
    plan.log(`then: ${JSON.stringify(report.total)}`);
    const { waiting, inFlight } = client.load;
    return {
      ...report,
      memoryBefore,
      memoryAfter: memoryLevel(),
      peakResidentMb,
      leftInClient: waiting + inFlight,
    };
  } finally {
    await client.close();
  }
}

async function work(client: HotRodClient, plan: SurvivalPlan, disasters: Disasters): Promise<WorkloadReport> {
  const { callsPerSecond, seed = 1 } = plan;
  const workload = new Workload({
    cache: client.cache(CACHE),
    timeoutMs: TIMEOUT_MS,
    callsPerSecond,
    seed,
  });
  try {
    await workload.answered(plan.quietCalls);
    await disasters(workload, client);
  } finally {
    await workload.stop();
  }
  return workload.stop();
}

function tellPhase(workload: Workload, what: string, plan: SurvivalPlan): void {
  plan.log(`${JSON.stringify(workload.beginPhase(what))}; now: ${what}`);
}
