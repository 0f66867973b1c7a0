import { callTarget, HotRodClient, HotRodError, parseHotRodUri } from '@kvtwin/hotrod-client';
import { operations, type PingReply, versionOfByte } from '@kvtwin/hotrod-protocol';
import { ExitCode } from '../command-line/exit-code.js';
import { formatCount } from '../output/format-size.js';
import { hotRodTlsOf } from '../sides/hot-rod-tls-of.js';
import { storedAs } from '../sides/stored-as.js';
import { backupChecks } from './backup-checks.js';
import { type Check, fail, note, ok, reasonOf } from './check.js';
import { reachChecks, tlsChecks } from './network-checks.js';
import type { SideFacts } from './side-report.js';

/** Properties of a store's URL that the client does not know. */
const storeProperties = /([?&])(?:layout|tables|envelope|adopt|media)=[^&#]*/g;
/** Storage types whose bytes are the application's own. */
const plainTypes = /^(?:application\/octet-stream|application\/unknown|text\/plain)(?:;|$)/;

/** Looks at a cache of a Hot Rod server, from its name to its entries. */
export async function hotRodChecks(
  url: string,
  timeoutMs: number,
  nowMs: number,
): Promise<{ readonly checks: readonly Check[]; readonly facts: SideFacts }> {
  const uri = parseHotRodUri(url);
  const clientUrl = clientUrlOf(url);
  const checks: Check[] = [];
  let isReached = false;
  for (const server of uri.servers) {
    const { checks: found, reached } = await reachChecks(server, timeoutMs);
    checks.push(...found);
    isReached ||= reached;
    if (reached && uri.secure)
      checks.push(...(await tlsChecks(server, await hotRodTlsOf(clientUrl), timeoutMs, nowMs)));
  }
  if (!isReached) return { checks, facts: {} };
  const cache = await cacheChecks(url, clientUrl, timeoutMs);
  checks.push(...cache.checks);
  checks.push(...(await backupChecks(uri.servers[0]!, uri.secure, uri.cache ?? '', timeoutMs)));
  return { checks, facts: cache.facts };
}

/** The URL with what is for the client only. */
function clientUrlOf(url: string): string {
  return url
    .replaceAll(storeProperties, '$1')
    .replace(/([?&])protocol=/, '$1protocol_version=')
    .replace(/\?&+/, '?')
    .replaceAll(/&{2,}/g, '&')
    .replace(/[?&]$/, '');
}

async function cacheChecks(
  url: string,
  clientUrl: string,
  timeoutMs: number,
): Promise<{ readonly checks: readonly Check[]; readonly facts: SideFacts }> {
  const login = loginText(url);
  let client: HotRodClient;
  try {
    client = await HotRodClient.connect(clientUrl, { maxRetries: 0, connectTimeoutMs: timeoutMs, timeoutMs });
  } catch (error) {
    return { checks: [clientFailure(error)], facts: {} };
  }
  try {
    const cacheName = parseHotRodUri(url).cache ?? '';
    const checks: Check[] = [ok('login', login)];
    try {
      const reply = await client.ping(cacheName);
      // A ping needs no login, and no cache: a read does, and resets no idle time of an entry that is not there.
      const { entries } = await statistics(client, cacheName);
      checks.push(versionCheck(client, reply), ok('cache', cacheText(cacheName, entries)));
      const { segmentCount } = client.topology(cacheName);
      const media = mediaOf(url);
      checks.push(...encodingChecks(reply, media));
      if (segmentCount > 0) checks.push(ok('segments', `${segmentCount} segments`));
      else checks.push(note('segments', 'the server tells no segments'));
      return { checks, facts: factsOf(url, reply, media, segmentCount, entries) };
    } catch (error) {
      checks.push(clientFailure(error));
      return { checks, facts: {} };
    }
  } finally {
    await client.close();
  }
}

function loginText(url: string): string {
  const { username, secure } = parseHotRodUri(url);
  if (username !== undefined) return `logged in as ${username}`;
  return secure ? 'no user name: a client certificate, or nobody' : 'no login is asked for';
}

async function statistics(
  client: HotRodClient,
  cacheName: string,
): Promise<{ readonly entries: number | undefined }> {
  const { statistics: all } = await client.execute({
    operation: operations.stats,
    request: {},
    target: callTarget({ cacheName }),
    options: undefined,
    interpret: (reply) => reply,
  });
  const named = (name: string): number => Number(all.find((each) => each.name === name)?.value ?? -1);
  const entries = [named('approximateEntries'), named('currentNumberOfEntries')].find((count) => count >= 0);
  return { entries };
}

function cacheText(cacheName: string, entries: number | undefined): string {
  const cache = cacheName === '' ? 'the default cache is there' : `cache ${cacheName} is there`;
  return entries === undefined
    ? cache
    : `${cache}, ${formatCount(entries)} ${entries === 1 ? 'entry' : 'entries'}`;
}

function versionCheck(client: HotRodClient, { serverVersion }: PingReply): Check {
  const used = client.protocolVersion ?? 'unknown';
  const own = serverVersion === undefined ? undefined : versionOfByte(serverVersion);
  const spoken =
    serverVersion === undefined
      ? 'it does not say up to which one'
      : `the server speaks up to ${own ?? `byte ${serverVersion}`}`;
  return ok('protocol', `Hot Rod ${used} is used; ${spoken}`);
}

/** `?media=` of a store's URL. */
function mediaOf(url: string): string | undefined {
  return parseHotRodUri(url).properties.get('media');
}

function encodingChecks(reply: PingReply, media: string | undefined): Check[] {
  const stored = storedAs(reply);
  if (stored === undefined) return [note('encoding', 'the server does not tell how it stores entries')];
  const { keys, text, values } = stored;
  if (media !== undefined)
    return [ok('encoding', `${text}; asked for as ${media === 'storage' ? 'it is stored' : media}`)];
  if (plainTypes.test(keys) && plainTypes.test(values)) return [ok('encoding', text)];
  const advice =
    'add ?media=text/plain to the URL to have the server convert, or ?media=storage to work on those bytes as they are';
  return [fail('encoding', `${text}: not the bytes that applications see`, advice, ExitCode.usage)];
}

function factsOf(
  url: string,
  reply: PingReply,
  media: string | undefined,
  segments: number,
  entries: number | undefined,
): SideFacts {
  const asked = media === undefined || media === 'storage' ? undefined : media;
  const stored = storedAs(reply);
  const keyType = asked ?? stored?.keys;
  const valueType = asked ?? stored?.values;
  return {
    ...(keyType === undefined ? {} : { keyType }),
    ...(valueType === undefined ? {} : { valueType }),
    ...(segments === 0 ? {} : { segments }),
    ...(entries === undefined ? {} : { entries }),
    countsVersions: parseHotRodUri(url).properties.get('envelope') === '1',
  };
}

function clientFailure(error: unknown): Check {
  if (!HotRodError.is(error)) return fail('hot-rod', reasonOf(error), 'check the URL', ExitCode.usage);
  switch (error.code) {
    case 'HOTROD_AUTH':
      return fail('login', error.message, 'check user and password in the URL or the profile', ExitCode.auth);
    case 'HOTROD_CACHE_NOT_FOUND':
      return fail(
        'cache',
        error.message,
        'make the cache, or name another one: hotrod://HOST/CACHE',
        ExitCode.usage,
      );
    case 'HOTROD_INVALID_ARGUMENT':
    case 'HOTROD_INVALID_URI':
    case 'HOTROD_UNSUPPORTED':
      return fail('url', error.message, 'correct the URL', ExitCode.usage);
    case 'HOTROD_PROTOCOL':
      return fail(
        'protocol',
        error.message,
        'something else listens there: check the port',
        ExitCode.unreachable,
      );
    default:
      return fail(
        'hot-rod',
        `${error.message} (${error.code})`,
        'look into the log of the server',
        ExitCode.unreachable,
      );
  }
}
