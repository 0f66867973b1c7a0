import type { TestProject } from 'vitest/node';
// Not from index.ts: what runs before the tests finds other packages only where they are built.
import { type InfinispanServer, startInfinispan } from '../src/infinispan-server.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** `hotrod://127.0.0.1:port` of the first site, without a cache. */
    firstSite: string;
    secondSite: string;
    firstPort: number;
    secondPort: number;
  }
}

/** Starts the two separate one-node servers that every suite of this run uses. */
export default async function startTwoSites(project: TestProject): Promise<() => Promise<void>> {
  const startedMs = Date.now();
  const log = (line: string): void => console.log(`conformance: ${line}`);
  const first = await startInfinispan({ site: 'lon', heapMb: 2048, log });
  const second = await startInfinispan({ site: 'nyc', log }).catch(async (error) => {
    await first.stop();
    throw error;
  });
  log(`sites lon ${first.url} and nyc ${second.url} serve after ${Date.now() - startedMs} ms`);
  provide(project, first, second);
  return async () => {
    await Promise.all([first.stop(), second.stop()]);
  };
}

function provide(project: TestProject, first: InfinispanServer, second: InfinispanServer): void {
  project.provide('firstSite', first.url);
  project.provide('secondSite', second.url);
  project.provide('firstPort', first.port);
  project.provide('secondPort', second.port);
}
