import { HotRodServer } from '@kvtwin/hotrod-server';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { COMMANDS, type CommandDefinition } from '@kvtwin/hustdb-protocol';
import { freePort, type Rudeness, startRudeServer } from '@kvtwin/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { type Endpoint, EVERY_ENDPOINT, SEED } from '../test/every-endpoint.js';
import { ask, get, header, post, type RawAnswer } from '../test/raw-http.js';
import { slowForwarder } from '../test/slow-forwarder.js';
import type { Compatibility } from './proxy-options.js';
import { startProxy } from './start-proxy.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function closedLater<T extends { close(): Promise<unknown> }>(one: T): T {
  closing.push(() => one.close());
  return one;
}

type Family = 'HustDB node' | 'Hot Rod store';

/** A healthy side of a family: the URL that any port would have, and its own. */
async function healthy(family: Family): Promise<{ url(port: number): string; port: number }> {
  if (family === 'HustDB node') {
    const { port } = closedLater(await HustDbNode.listen());
    return { url: (at) => `hustdb://127.0.0.1:${at}`, port };
  }
  const { port } = closedLater(
    await HotRodServer.listen({ caches: { default: {} }, defaultCache: 'default' }),
  );
  return { url: (at) => `hotrod://127.0.0.1:${at}?envelope=1`, port };
}

const FAULTS: Record<string, Rudeness | 'stopped'> = {
  stopped: 'stopped',
  resetting: { kind: 'reset' },
  closing: { kind: 'close' },
  silent: { kind: 'silent' },
  'answering garbage': { kind: 'garbage' },
  'answering a web page': { kind: 'html' },
};

async function portOf(fault: Rudeness | 'stopped'): Promise<number> {
  return fault === 'stopped' ? freePort() : closedLater(await startRudeServer(fault)).port;
}

async function proxyPort(
  first: string,
  second: string,
  compat: Compatibility,
  sideTimeoutMs: number,
): Promise<number> {
  const proxy = await startProxy({ first, second, compat, sideTimeoutMs, port: 0, drainTimeoutMs: 500 });
  return closedLater(proxy).port;
}

async function seed(port: number): Promise<void> {
  for (const [path, body] of SEED)
    expect([path, (await ask(port, post(path, body)))!.status]).toEqual([path, 200]);
}

async function askEndpoint(
  port: number,
  { path, request }: Endpoint,
  peer: 0 | 1,
): Promise<{ path: string; answer: RawAnswer; ms: number }> {
  const began = performance.now();
  const bytes = Buffer.from(request.toString('latin1').replace('PEER', String(peer)), 'latin1');
  const answer = await ask(port, bytes);
  if (answer === undefined) throw new Error(`${path} was not answered`);
  return { path, answer, ms: performance.now() - began };
}

/** What `docs/hustdb/proxy.md` says: status, and `Sync` or `Fail`. */
function documented(endpoint: Endpoint, faulty: 0 | 1, compat: Compatibility, family: Family): string {
  const unreadable = compat === 'strict' ? '404' : '503';
  switch (endpoint.class) {
    case 'pair-read':
    case 'peer':
      return unreadable;
    case 'write':
      return '200 Sync';
    case 'increment':
      if (compat === 'extended') return '200 Sync';
      // The first side alone is asked; the second gets the sum later.
      return faulty === 0 ? '404' : '200';
    case 'cache-write':
      // What a store does not have the proxy keeps for it, so that does not fail.
      return family === 'HustDB node' ? '200 Fail' : '200';
    default:
      return '200';
  }
}

function told(answer: RawAnswer): string {
  const degraded = ['Sync', 'Fail'].filter((name) => header(answer, name) !== undefined);
  return [answer.status, ...degraded].join(' ');
}

it('asks every endpoint that HustDB HA has', () => {
  const known = Object.values(COMMANDS).flatMap(({ ha }: CommandDefinition<object>) => (ha ? [ha.path] : []));
  // `/set_table` is refused where there is no table file: see table.integration.test.ts.
  const asked = new Set(['/set_table', ...EVERY_ENDPOINT.map(({ path }) => path)]);
  expect(known.filter((path) => !asked.has(path))).toEqual([]);
});

const cases = (['HustDB node', 'Hot Rod store'] as const).flatMap((family) =>
  Object.entries(FAULTS).flatMap(([name, fault]) =>
    ([0, 1] as const).map((faulty) => ({
      family,
      name,
      fault,
      faulty,
      side: faulty === 0 ? 'first' : 'second',
    })),
  ),
);

describe('with one side that does not do its part, every endpoint answers in time and as documented', () => {
  it.each(cases)(
    '$family: the $side side $name',
    { timeout: 60_000 },
    async ({ family, name, fault, faulty }) => {
      for (const compat of ['strict', 'extended'] as const) {
        const { url, port } = await healthy(family);
        await seed(await proxyPort(url(port), url(port), 'strict', 5000));
        const bad = url(await portOf(fault));
        const sides = faulty === 0 ? ([bad, url(port)] as const) : ([url(port), bad] as const);
        const proxy = await proxyPort(...sides, compat, name === 'silent' ? 1000 : 3000);
        // What the proxy itself caches for a side is written through it.
        if (family === 'Hot Rod store') {
          for (const [path, body] of SEED) if (path.startsWith('/cache/')) await ask(proxy, post(path, body));
        }
        const answers = await Promise.all(
          EVERY_ENDPOINT.map((endpoint) => askEndpoint(proxy, endpoint, faulty)),
        );
        expect(answers.map(({ path, answer }) => `${path} ${told(answer)}`)).toEqual(
          EVERY_ENDPOINT.map(
            (endpoint) => `${endpoint.path} ${documented(endpoint, faulty, compat, family)}`,
          ),
        );
        for (const { path, ms } of answers) expect([path, ms < 20_000]).toEqual([path, true]);
      }
    },
  );

  it.each(['first', 'second'] as const)(
    'the %s side takes 4 s for each answer: within its time-out, so all is well',
    { timeout: 120_000 },
    async (slow) => {
      const { url, port } = await healthy('HustDB node');
      await seed(await proxyPort(url(port), url(port), 'strict', 5000));
      const other = closedLater(await HustDbNode.listen());
      await seed(await proxyPort(url(other.port), url(other.port), 'strict', 5000));
      const delayed = url(closedLater(await slowForwarder(other.port, 4000)).port);
      // Each proxy has few of the endpoints: a side has 16 calls under way at a time, and more would wait for them.
      const answers = await Promise.all(
        [0, 1, 2, 3].map(async (part) => {
          const sides = slow === 'first' ? ([delayed, url(port)] as const) : ([url(port), delayed] as const);
          // The default of 5 s would do on a machine that has nothing else to do.
          const proxy = await proxyPort(...sides, 'strict', 10_000);
          const some = EVERY_ENDPOINT.filter((_, at) => at % 4 === part);
          return Promise.all(some.map((endpoint) => askEndpoint(proxy, endpoint, slow === 'first' ? 0 : 1)));
        }),
      );
      expect(answers.flat().filter(({ answer }) => told(answer) !== '200')).toEqual([]);
      for (const { path, ms } of answers.flat()) expect([path, ms < 62_000]).toEqual([path, true]);
    },
  );

  it('a side that says 200 and no answer to what it was asked', async () => {
    const { url, port } = await healthy('HustDB node');
    await seed(await proxyPort(url(port), url(port), 'strict', 5000));
    const bytes = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nIt works!');
    const other = closedLater(await startRudeServer({ kind: 'reply', bytes })).port;
    const proxy = await proxyPort(url(other), url(port), 'strict', 5000);
    const answers: string[] = [];
    const targets = ['/stat?peer=0', '/stat_all?peer=0', '/file_count?peer=0', '/cache/ttl?key=brief'];
    for (const target of [...targets, '/cache/hincrby?tb=ch&key=f&val=1', '/get?key=k', '/get2?key=k']) {
      answers.push(told((await ask(proxy, get(target)))!));
    }
    expect(answers).toEqual(['404', '404', '404', '200', '200 Fail', '200', '404']);
  });

  it.each(['strict', 'extended'] as const)('both sides stopped (%s)', async (compat) => {
    const ports = [await freePort(), await freePort()] as const;
    const proxy = await proxyPort(
      `hustdb://127.0.0.1:${ports[0]}`,
      `hustdb://127.0.0.1:${ports[1]}`,
      compat,
      400,
    );
    const answers = await Promise.all(EVERY_ENDPOINT.map((endpoint) => askEndpoint(proxy, endpoint, 0)));
    const expected = EVERY_ENDPOINT.map(({ path, class: kind }) => {
      if (kind === 'service') return `${path} 200`;
      return `${path} ${compat === 'strict' ? 404 : 503}`;
    });
    expect(answers.map(({ path, answer }) => `${path} ${told(answer)}`)).toEqual(expected);
  });
});
