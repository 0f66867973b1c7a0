import { HotRodCluster } from '@kvtwin/hotrod-server';
import { freePort } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { closers, eventually, failureOf, quick } from '../../test/cluster-fixture.js';
import { type ClientEvents, HotRodClient, type HotRodClientOptions } from '../index.js';

async function startSite(nodes = 2): Promise<HotRodCluster> {
  const cluster = await HotRodCluster.start({ nodes, caches: { c: {} } });
  closers.push(() => cluster.close());
  return cluster;
}

function serversOf(cluster: HotRodCluster): string[] {
  return cluster.nodes.map(({ port }) => `127.0.0.1:${port}`);
}

async function connect(options: HotRodClientOptions) {
  const client = await HotRodClient.connect({ ...quick, ...options });
  closers.push(() => client.close());
  const switches: ClientEvents['siteSwitch'][] = [];
  client.on('siteSwitch', (event) => switches.push(event));
  return { client, c: client.cache('c'), switches };
}

describe('a client of two sites', () => {
  it('goes where it is told to, and back', async () => {
    const [earth, moon] = [await startSite(), await startSite()];
    const { client, c, switches } = await connect({
      servers: serversOf(earth),
      sites: { moon: serversOf(moon) },
    });
    await c.set('k', 'earth');
    expect(client.site).toBe('default');
    await client.switchToSite('moon');
    expect(client.site).toBe('moon');
    expect(await c.get('k')).toBeUndefined();
    await c.set('k', 'moon');
    expect(client.topology('c')).toMatchObject({
      site: 'moon',
      topologyId: moon.topologyOf('c')?.topologyId,
    });
    await eventually(() => expect(earth.nodes.map((node) => node.connections)).toEqual([0, 0]));
    await client.switchToDefaultSite();
    expect(await c.get('k')).toBe('earth');
    await client.switchToDefaultSite();
    expect(switches).toEqual([
      { from: 'default', to: 'moon', automatic: false },
      { from: 'moon', to: 'default', automatic: false },
    ]);
  });

  it('told several times at once, is in the end where it was told to go last', async () => {
    const [earth, moon] = [await startSite(1), await startSite(1)];
    const nowhere = [`127.0.0.1:${await freePort()}`];
    const { client, c, switches } = await connect({
      servers: serversOf(earth),
      sites: { moon: serversOf(moon), nowhere },
    });
    await Promise.all([client.switchToSite('moon'), client.switchToSite('moon')]);
    expect(switches).toEqual([{ from: 'default', to: 'moon', automatic: false }]);
    const told = ['default', 'moon', 'default', 'nowhere'].map((name) => client.switchToSite(name));
    const outcomes = await Promise.allSettled(told);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
    expect(client.site).toBe('default');
    await c.set('k', 'earth');
    expect(earth.cache('c').size).toBe(1);
    const late = [client.switchToSite('moon'), client.switchToSite('default')];
    const ended = Promise.allSettled(late);
    await client.close();
    const closed = { status: 'rejected', reason: { code: 'HOTROD_CLOSED' } };
    expect(await ended).toMatchObject([closed, closed]);
  });

  it('gets the answers of the old site that were on their way', async () => {
    const [earth, moon] = [await startSite(), await startSite()];
    const { client, c } = await connect({
      servers: serversOf(earth),
      sites: { moon: { servers: serversOf(moon) } },
    });
    await c.set('k', 'earth');
    for (const node of earth.nodes) node.faults.holdReplies();
    const pending = c.get('k');
    await eventually(() => expect(client.load.inFlight).toBeGreaterThan(0));
    await client.switchToSite('moon');
    const here = c.get('k');
    expect(await here).toBeUndefined();
    for (const node of earth.nodes) node.faults.releaseReplies();
    expect(await pending).toBe('earth');
    await eventually(() => expect(earth.nodes.map((node) => node.connections)).toEqual([0, 0]));
  });

  it('finishes an iteration at the site where it began', async () => {
    const [earth, moon] = [await startSite(), await startSite()];
    const { client, c } = await connect({ servers: serversOf(earth), sites: { moon: serversOf(moon) } });
    await Promise.all(Array.from({ length: 50 }, (_, at) => c.set(`k${at}`, 'v')));
    let shown = 0;
    for await (const _ of c.entries({ batchSize: 5 })) {
      if (++shown === 7) await client.switchToSite('moon');
    }
    expect(shown).toBe(50);
    await eventually(() => expect(earth.nodes.map((node) => node.connections)).toEqual([0, 0]));
  });

  it('stays where it is when the other site is not there, or not known', async () => {
    const earth = await startSite();
    const sites = { moon: [`127.0.0.1:${await freePort()}`] };
    const { client, c, switches } = await connect({ servers: serversOf(earth), sites });
    await c.set('k', 'earth');
    expect((await failureOf(client.switchToSite('moon'))).code).toBe('HOTROD_CONNECT');
    expect((await failureOf(client.switchToSite('mars'))).code).toBe('HOTROD_INVALID_ARGUMENT');
    expect(client.site).toBe('default');
    expect(await c.get('k')).toBe('earth');
    expect(switches).toEqual([]);
  });

  it('goes to the other one by itself when nobody answers here, and loses no call that was not sent', async () => {
    const [earth, moon] = [await startSite(), await startSite()];
    const { client, c, switches } = await connect({
      servers: serversOf(earth),
      sites: { moon: serversOf(moon) },
    });
    await c.set('k', 'earth');
    await Promise.all([0, 1].map((index) => earth.killNode(index, { detected: false })));
    const calls = Array.from({ length: 100 }, (_, at) => c.set(`k${at}`, 'moon'));
    await Promise.all(calls);
    expect(client.site).toBe('moon');
    expect(switches).toEqual([{ from: 'default', to: 'moon', automatic: true }]);
    expect(await c.get('k1')).toBe('moon');
    await earth.startNode(0);
    expect(await c.get('k2')).toBe('moon');
    expect(client.site).toBe('moon');
    expect(earth.node(0).connections).toBe(0);
  });

  it('does not go while a server of its own site is left', async () => {
    const [earth, moon] = [await startSite(3), await startSite()];
    const { client, c, switches } = await connect({
      servers: serversOf(earth),
      sites: { moon: serversOf(moon) },
    });
    await c.set('k', 'earth');
    await earth.killNode(0, { detected: false });
    await earth.killNode(1, { detected: false });
    await eventually(async () => expect(await c.get('other')).toBeUndefined());
    expect(client.site).toBe('default');
    expect(switches).toEqual([]);
    expect(moon.nodes.map((node) => node.connections)).toEqual([0, 0]);
  });

  it('connects to the other one where the first is not there to begin with', async () => {
    const moon = await startSite();
    const servers = [`127.0.0.1:${await freePort()}`];
    const { client, c } = await connect({ servers, sites: { moon: serversOf(moon) } });
    expect(client.site).toBe('moon');
    expect(await c.get('k')).toBeUndefined();
  });

  it('fails its calls where neither is there, and goes on with whichever comes back', async () => {
    const [earth, moon] = [await startSite(1), await startSite(1)];
    const { client, c } = await connect({ servers: serversOf(earth), sites: { moon: serversOf(moon) } });
    await c.set('k', 'v');
    await Promise.all([earth.killNode(0), moon.killNode(0)]);
    await eventually(async () => expect((await failureOf(c.get('k'))).code).toBe('HOTROD_CONNECT'));
    await moon.startNode(0);
    await eventually(async () => expect(await c.get('k')).toBeUndefined());
    expect(client.site).toBe('moon');
  });

  it('fails what it asks for while it is closed', async () => {
    const [earth, moon] = [await startSite(1), await startSite(1)];
    const { client } = await connect({ servers: serversOf(earth), sites: { moon: serversOf(moon) } });
    const going = failureOf(client.switchToSite('moon'));
    await client.close();
    expect((await going).code).toBe('HOTROD_CLOSED');
    expect((await failureOf(client.switchToSite('moon'))).code).toBe('HOTROD_CLOSED');
    await eventually(() => expect(earth.node(0).connections + moon.node(0).connections).toBe(0));
  });
});
