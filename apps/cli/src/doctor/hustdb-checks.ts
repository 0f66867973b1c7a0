import { HustDbClientError, HustDbHa, HustDbNode, parseHustDbUrl } from '@kvtwin/hustdb-client';
import type { NodeStatistics } from '@kvtwin/hustdb-protocol';
import { ExitCode } from '../command-line/exit-code.js';
import { formatCount } from '../output/format-size.js';
import { type Check, fail, ok, reasonOf, warn } from './check.js';
import { askHttp } from './http-question.js';
import { reachChecks } from './network-checks.js';
import type { SideFacts } from './side-report.js';

interface Found {
  readonly checks: readonly Check[];
  readonly facts: SideFacts;
}

/** Looks at a HustDB storage node. */
export async function hustDbNodeChecks(url: string, timeoutMs: number): Promise<Found> {
  const options = parseHustDbUrl(url, 'hustdb');
  const { checks, reached } = await reachChecks(options, timeoutMs);
  if (!reached) return { checks, facts: {} };
  const node = new HustDbNode({ ...options, timeoutMs });
  try {
    const files = await node.fileCount();
    const statistics = await node.statistics();
    const facts: SideFacts = {
      keyType: 'application/octet-stream',
      valueType: 'application/octet-stream',
      countsVersions: true,
      entries: entriesOf(statistics),
      ...(await clockOf(options, timeoutMs)),
    };
    const login = options.auth === undefined ? 'no login is asked for' : `logged in as ${options.auth.user}`;
    return {
      checks: [
        ...checks,
        ok('login', login),
        ok('hustdb', `a HustDB node, ${files} files`),
        ok('entries', statisticsText(statistics)),
      ],
      facts,
    };
  } catch (error) {
    return { checks: [...checks, failure(error)], facts: {} };
  } finally {
    await node.close();
  }
}

/** Looks at a HustDB HA front and, through it, at its nodes. */
export async function hustDbHaChecks(url: string, timeoutMs: number): Promise<Found> {
  const options = parseHustDbUrl(url, 'hustdb+ha');
  const { checks, reached } = await reachChecks(options, timeoutMs);
  if (!reached) return { checks, facts: {} };
  const front = new HustDbHa({ ...options, timeoutMs });
  try {
    const version = await front.version();
    const peers = await front.peerCount();
    const alive = await front.syncAlive();
    const found: Check[] = [
      ok('hustdb', `${version ?? 'a HustDB HA front'}, ${peers} ${peers === 1 ? 'node' : 'nodes'}`),
      alive
        ? ok('sync', 'its sync server answers: what a node missed is replayed')
        : warn(
            'sync',
            'its sync server does not answer',
            'start it: until then a node that was away stays behind',
          ),
    ];
    for (let peer = 0; peer < peers; peer++) found.push(await peerCheck(front, peer));
    return { checks: [...checks, ...found], facts: { countsVersions: true } };
  } catch (error) {
    return { checks: [...checks, failure(error)], facts: {} };
  } finally {
    await front.close();
  }
}

async function peerCheck(front: HustDbHa, peer: number): Promise<Check> {
  try {
    return ok('peer', `node ${peer}: ${statisticsText(await front.statistics(peer))}`);
  } catch (error) {
    const advice = 'start that node, or look into its log';
    return fail('peer', `node ${peer} does not answer: ${reasonOf(error)}`, advice, ExitCode.unreachable);
  }
}

function entriesOf({ kv, tables }: NodeStatistics): number {
  return tables.reduce((sum, { count }) => sum + count, kv.count);
}

function statisticsText({ kv, tables }: NodeStatistics): string {
  const inTables = tables.reduce((sum, { count }) => sum + count, 0);
  const keys = `${formatCount(kv.count)} ${kv.count === 1 ? 'key' : 'keys'}`;
  if (tables.length === 0) return `${keys}, no tables`;
  return `${keys}, ${formatCount(inTables)} entries in ${tables.length} ${tables.length === 1 ? 'table' : 'tables'}`;
}

/** The server's clock as its `Date` header tells it: to the second, and to the time that the answer took. */
async function clockOf(
  { host, port }: { readonly host: string; readonly port: number },
  timeoutMs: number,
): Promise<Pick<SideFacts, 'clockOffsetMs' | 'clockErrorMs'>> {
  try {
    const { headers, tookMs } = await askHttp({ host, port }, '/hustdb/file_count', { timeoutMs });
    const toldMs = Date.parse(headers.date ?? '');
    if (Number.isNaN(toldMs)) return {};
    // The header is cut to the second, so on average half of one is missing.
    return { clockOffsetMs: toldMs + 500 - (Date.now() - tookMs / 2), clockErrorMs: 500 + tookMs / 2 };
  } catch {
    return {};
  }
}

function failure(error: unknown): Check {
  if (!HustDbClientError.is(error)) return fail('hustdb', reasonOf(error), 'check the URL', ExitCode.usage);
  const text = `${error.message} (${error.code})`;
  if (error.code === 'HUSTDB_UNAUTHORIZED') {
    return fail('login', text, 'check user and password in the URL or the profile', ExitCode.auth);
  }
  return fail('hustdb', text, 'check the port: something else may listen there', ExitCode.unreachable);
}
