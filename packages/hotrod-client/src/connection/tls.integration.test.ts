import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import { HotRodServer } from '@kvtwin/hotrod-server';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startScriptedServer } from '../../test/scripted-server.js';
import { certificate, certificatePath, startTlsFront, type TlsFront } from '../../test/tls-front.js';
import { HotRodClient } from '../hotrod-client.js';
import type { HotRodClientOptions } from '../options/options.js';
import { openHotRodStoreFamily } from '../store/open-hotrod-store-family.js';

const ca = certificate('authority.pem');
const clientStore = certificate('client-store.pem');
const trust = `trust_store_file_name=${certificatePath('authority.pem')}`;

let server: HotRodServer;
const open: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  server = await HotRodServer.listen({ caches: { c: {} }, defaultCache: 'c' });
});
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});
afterAll(() => server.close());

async function front(options?: TlsOptions, port = server.port): Promise<TlsFront> {
  const started = await startTlsFront(port, options);
  open.push(started);
  return started;
}

async function connect(where: string, options?: HotRodClientOptions): Promise<HotRodClient> {
  const client = await HotRodClient.connect(where, options);
  open.push(client);
  return client;
}

describe('TLS', () => {
  it('carries calls and large values, offers no ALPN, and sends the name of the host', async () => {
    const { port } = await front({ ALPNProtocols: ['HR', 'h2', 'http/1.1'] });
    const client = await connect(`hotrods://localhost:${port}`, { tls: { ca } });
    const large = 'x'.repeat(3_000_000);
    await client.cache().set('k', large);
    expect(await client.cache().get('k')).toBe(large);
    const { latest } = open[0] as TlsFront;
    expect(latest?.alpnProtocol).toBe(false);
    expect((latest as unknown as { servername: string }).servername).toBe('localhost');
  });

  it('sends no name where the host is an address, and checks the address', async () => {
    const secure = await front();
    await connect(`hotrod://127.0.0.1:${secure.port}`, { tls: { ca } });
    expect((secure.latest as unknown as { servername: unknown }).servername).toBe(false);
  });

  it('sends another name where one is given', async () => {
    const secure = await front();
    const client = await connect(`hotrod://127.0.0.1:${secure.port}?sni_host_name=sni.test&${trust}`);
    await client.ping();
    expect((secure.latest as unknown as { servername: string }).servername).toBe('sni.test');
  });

  it('asks for certificates anew with each connection', async () => {
    const secure = await front();
    let asked = 0;
    const client = await connect(`hotrods://localhost:${secure.port}`, {
      tls: () => {
        asked++;
        return { ca };
      },
    });
    server.faults.resetConnections();
    await client.cache().get('k');
    expect(asked).toBe(2);
  });

  it('reads the files of a URI anew with each connection, so that renewed ones are used', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'hotrod-tls-'));
    open.push({ close: () => rm(directory, { recursive: true }) });
    const trusted = join(directory, 'trusted.pem');
    await copyFile(certificatePath('elsewhere.pem'), trusted);
    const secure = await front();
    const where = `hotrods://localhost:${secure.port}?trust_store_file_name=${encodeURIComponent(trusted)}`;
    const client = await connect(where, { lazy: true, reconnectMinMs: 5, reconnectMaxMs: 20 });
    await expect(client.ping()).rejects.toMatchObject({ code: 'HOTROD_TLS' });
    await copyFile(certificatePath('authority.pem'), trusted);
    await vi.waitFor(() => client.ping(), 10_000);
    await copyFile(certificatePath('elsewhere.pem'), trusted);
    secure.latest?.destroy();
    await vi.waitFor(() => expect(client.ping()).rejects.toMatchObject({ code: 'HOTROD_TLS' }), 10_000);
  });

  it('opens stores', async () => {
    const { port } = await front();
    const family = await openHotRodStoreFamily(`hotrods://localhost:${port}/c?${trust}`);
    open.push(family);
    await family.ping();
    expect(family.name).toBe(`hotrods://localhost:${port}/c`);
  });
});

describe('a login over TLS', () => {
  it('may be made by PLAIN', async () => {
    const guarded = await HotRodServer.listen({
      caches: { c: {} },
      auth: { users: { u: 'p' }, mechanisms: ['PLAIN'] },
    });
    open.push(guarded);
    const { port } = await front({}, guarded.port);
    const client = await connect(`hotrods://u:p@localhost:${port}?${trust}`);
    expect(await client.cache('c').get('k')).toBeUndefined();
  });

  it.each([
    ['PEM', 'client-store.pem', ''],
    ['PKCS12', 'client.p12', '&key_store_password=secret'],
  ])('may be made by the client’s certificate: %s', async (type, file, more) => {
    const scripted = await startScriptedServer({
      answer: ({ operation }) =>
        (operation.name === 'authMechList'
          ? { outcome: 'ok', mechanisms: ['EXTERNAL'] }
          : { outcome: 'ok', completed: 1, challenge: new Uint8Array() }) as never,
    });
    open.push(scripted);
    const secure = await front({ requestCert: true, ca }, scripted.port);
    const store = `key_store_file_name=${certificatePath(file)}&key_store_type=${type}${more}`;
    await connect(`hotrods://localhost:${secure.port}?${trust}&${store}`);
    expect(scripted.received).toEqual(['ping', 'authMechList', 'auth']);
    expect(secure.latest?.authorized).toBe(true);
  });

  it('is left out where a certificate is given and the server wants none', async () => {
    const secure = await front({ requestCert: true, ca });
    const client = await connect(`hotrods://localhost:${secure.port}`, {
      tls: { ca, cert: clientStore, key: clientStore },
    });
    expect(await client.cache().get('none')).toBeUndefined();
  });
});

describe('what stands between two sides is told', () => {
  const refusal = async (options: TlsOptions, where: string, tls: HotRodClientOptions['tls'] = { ca }) => {
    const { port } = await front(options);
    return connect(where.replace('PORT', String(port)), { tls }).catch((thrown: unknown) => thrown);
  };

  it.each<[string, TlsOptions, string, HotRodClientOptions['tls'], RegExp]>([
    [
      'an unknown authority',
      {},
      'hotrods://localhost:PORT',
      true,
      /nobody who is trusted.*trust_store_file_name/,
    ],
    [
      'a certificate for another name',
      { cert: certificate('elsewhere.pem'), key: certificate('elsewhere-key.pem') },
      'hotrods://localhost:PORT',
      { ca },
      /another name.*elsewhere\.test/,
    ],
    [
      'no client certificate',
      { requestCert: true, rejectUnauthorized: true, ca },
      'hotrods://localhost:PORT',
      { ca },
      /wants a client certificate/,
    ],
    [
      'a key that is none',
      {},
      'hotrods://localhost:PORT',
      { ca, cert: 'x', key: 'x' },
      /tls options cannot be used/,
    ],
  ])('%s', async (_, options, where, tls, message) => {
    expect(await refusal(options, where, tls)).toMatchObject({
      code: 'HOTROD_TLS',
      retryable: false,
      message: expect.stringMatching(message),
    });
  });

  it('a client certificate that the server hangs up on', async () => {
    const { port } = await front({ requestCert: true, ca: certificate('elsewhere.pem') });
    const tls = { ca, cert: clientStore, key: clientStore };
    await expect(connect(`hotrods://localhost:${port}`, { tls })).rejects.toMatchObject({
      code: 'HOTROD_CONNECT',
      message: expect.stringContaining('it may want another client certificate'),
    });
  });

  it('a name is not looked at where that is asked for', async () => {
    const options = { cert: certificate('elsewhere.pem'), key: certificate('elsewhere-key.pem') };
    const { port } = await front(options);
    await connect(`hotrods://localhost:${port}?ssl_hostname_validation=false&${trust}`);
  });

  it('TLS to a server without, and the other way round', async () => {
    const plain = connect(`hotrods://localhost:${server.port}`);
    await expect(plain).rejects.toMatchObject({
      code: expect.stringMatching(/^HOTROD_(?:TLS|CONNECT)$/),
      message: expect.stringMatching(/does (?:it|the server) speak TLS|does not speak TLS/),
    });
    const { port } = await front();
    await expect(connect(`hotrod://localhost:${port}`)).rejects.toMatchObject({
      code: 'HOTROD_CONNECT',
      message: expect.stringContaining('if it wants TLS, use hotrods://'),
    });
  });

  it.each([
    ['nowhere.pem', /cannot be read/],
    ['client.p12', /is no PEM file/],
  ])('a trust store that is none: %s', async (file, message) => {
    const url = `hotrods://localhost:${server.port}?trust_store_file_name=${certificatePath(file)}`;
    await expect(connect(url)).rejects.toMatchObject({
      code: 'HOTROD_TLS',
      message: expect.stringMatching(message),
    });
  });

  it('a handshake that does not end', async () => {
    const silent = await startScriptedServer({
      answer: () => 'silence',
      answerPing: () => 'silence',
      deaf: true,
    });
    open.push(silent);
    const startedMs = performance.now();
    await expect(
      connect(silent.url, { tls: () => new Promise(() => undefined), connectTimeoutMs: 200 }),
    ).rejects.toMatchObject({ code: 'HOTROD_CONNECT', message: expect.stringContaining('tls options') });
    expect(performance.now() - startedMs).toBeLessThan(1_500);
  });
});
