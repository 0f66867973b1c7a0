import { type StatsReply, versionByte } from '@kvtwin/hotrod-protocol';
import type { RequestCall } from './request-call.js';

/** First version with the figures of the whole cluster; this server is its whole cluster. */
const firstVersionWithGlobals = 24;

/** The figures that Infinispan has, in its order. */
export function answerStats({ header, hosted, host }: RequestCall<unknown>): StatsReply {
  const { counters, cache } = hosted;
  const entries = cache.size;
  const figures: [string, number][] = [
    ['currentNumberOfEntries', entries],
    ['stores', counters.stores],
    ['retrievals', counters.hits + counters.misses],
    ['hits', counters.hits],
    ['misses', counters.misses],
    ['removeHits', counters.removeHits],
    ['removeMisses', counters.removeMisses],
    ['approximateEntries', entries],
    ['approximateEntriesUnique', entries],
  ];
  const uptimeSeconds = Math.floor((host.nowMs() - host.startedMs) / 1000);
  const globals =
    versionByte(header.version) < firstVersionWithGlobals
      ? []
      : figures.map(([name, value]): [string, number] => [`global${capitalized(name)}`, value]);
  const all: [string, number][] = [['timeSinceStart', uptimeSeconds], ...figures, ...globals];
  return { outcome: 'ok', statistics: all.map(([name, value]) => ({ name, value: String(value) })) };
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
