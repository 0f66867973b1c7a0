import { clusterOfPair } from '../src/cluster/single-pair-cluster.js';
import { dataHandler } from '../src/http/data-handler.js';
import { listen } from '../src/http/data-listener.js';
import { type ListenerOptions, resolveListenerOptions } from '../src/proxy-options.js';
import { type Script, ScriptedPair } from './scripted-pair.js';

/** A data listener over a scripted pair. */
export interface Serving extends AsyncDisposable {
  readonly pair: ScriptedPair;
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. */
export async function serving(script: Script, options: ListenerOptions = {}): Promise<Serving> {
  const pair = new ScriptedPair(script);
  const resolved = resolveListenerOptions({ port: 0, drainTimeoutMs: 300, ...options });
  const listener = await listen(dataHandler(clusterOfPair(pair, pair.sideNames), resolved), resolved);
  return {
    pair,
    port: listener.port,
    close: () => listener.close(),
    [Symbol.asyncDispose]: () => listener.close(),
  };
}
