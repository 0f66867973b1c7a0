import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { freePort } from '@kvtwin/testkit';
import { type ProxyOptions, type RunningProxy, startProxy } from '../src/index.js';

/** A node that can be stopped and started with its data, on one port. */
export interface RigNode {
  readonly port: number;
  readonly url: string;
  /** The running node; to be looked at and written past the proxy. */
  readonly node: HustDbNode;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Two nodes with data directories, and a proxy with a journal. */
export interface PairRig {
  readonly nodes: readonly [RigNode, RigNode];
  readonly journal: string;
  readonly proxy: RunningProxy;
  /** Asks the proxy. */
  ask(path: string, body?: string): Promise<RigAnswer>;
  restartProxy(): Promise<void>;
  close(): Promise<void>;
}

/** What is compared of an answer. */
export interface RigAnswer {
  readonly status: number;
  readonly sync: string | null;
  readonly version: string | null;
  readonly body: string;
  readonly header: (name: string) => string | null;
}

/** Starts all of it. */
export async function pairRig(options: ProxyOptions = {}): Promise<PairRig> {
  const folder = mkdtempSync(join(tmpdir(), 'kvtwin-rig-'));
  const journal = join(folder, 'journal');
  const nodes = [await rigNode(join(folder, 'm1')), await rigNode(join(folder, 'm2'))] as const;
  const start = (): Promise<RunningProxy> =>
    startProxy({
      first: nodes[0].url,
      second: nodes[1].url,
      port: 0,
      journal,
      sideTimeoutMs: 2000,
      repairDelayMs: 20,
      maxRepairDelayMs: 100,
      sumCopyDelayMs: 50,
      conflictCheckMs: 20,
      drainTimeoutMs: 500,
      ...options,
    });
  let proxy = await start();
  return {
    nodes,
    journal,
    get proxy() {
      return proxy;
    },
    ask: (path, body) => askAt(proxy.url, path, body),
    restartProxy: async () => {
      await proxy.close();
      proxy = await start();
    },
    close: async () => {
      await proxy.close();
      for (const node of nodes) await node.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Asks any server of the dialect. */
export async function askAt(url: string, path: string, body?: string): Promise<RigAnswer> {
  const response = await fetch(url + path, body === undefined ? {} : { method: 'POST', body });
  return {
    status: response.status,
    sync: response.headers.get('sync'),
    version: response.headers.get('version'),
    body: await response.text(),
    header: (name) => response.headers.get(name),
  };
}

async function rigNode(data: string): Promise<RigNode> {
  const port = await freePort();
  let running: HustDbNode | undefined = await HustDbNode.listen({ port, data });
  return {
    port,
    url: `hustdb://127.0.0.1:${port}`,
    get node() {
      if (running === undefined) throw new Error('the node is stopped');
      return running;
    },
    start: async () => {
      running ??= await HustDbNode.listen({ port, data });
    },
    stop: async () => {
      await running?.close();
      running = undefined;
    },
  };
}
