import { parseNodeQuery } from '@kvtwin/hustdb-protocol';
import type { Cluster } from '../cluster/cluster.js';
import type { Compatibility } from '../proxy-options.js';
import type { RepairStatus } from '../repair/repairs.js';
import { type Answer, emptyAnswer, textAnswer } from './answer.js';

/** What the pages about the service itself are made of. */
export interface ServiceContext {
  readonly cluster: Cluster;
  readonly compat: Compatibility;
  readonly sideTimeoutMs: number;
  /** What waits for repair; undefined where nothing is kept. */
  readonly repairs: RepairStatus | undefined;
  readonly method: string;
  readonly query: string;
  readonly body: Uint8Array;
}

/** A page about the service. */
export interface ServicePage {
  /** Whether it asks for credentials where any are configured. */
  readonly authenticated: boolean;
  readonly readsBody: boolean;
  /** Whether it tells of repairs, which are counted for it. Default false. */
  readonly readsRepairs?: boolean;
  answer(context: ServiceContext): Answer | Promise<Answer>;
}

/** HustDB HA's own answer, which callers compare in health checks. */
const HA_VERSION = 'hustdbha 1.7';

/** The service pages by path. */
export const SERVICE_PAGES: ReadonlyMap<string, ServicePage> = new Map([
  [
    '/version',
    open(({ compat }) => textAnswer(200, 'ok', compat === 'strict' ? HA_VERSION : `${HA_VERSION} (kvtwin)`)),
  ],
  ['/status.html', open(() => ({ ...textAnswer(200, 'ok', 'ok'), contentType: 'text/html' }))],
  [
    '/peer_count',
    page(async ({ cluster, sideTimeoutMs }) => plain(String(await cluster.peerCount(sideTimeoutMs)))),
  ],
  ['/get_table', page(async ({ cluster, sideTimeoutMs }) => plain(await cluster.tableFile(sideTimeoutMs)))],
  ['/set_table', { authenticated: true, readsBody: true, answer: setTable }],
  ['/sync_alive', page(() => textAnswer(200, 'ok', 'ok'))],
  [
    '/sync_status',
    { ...page(({ cluster, repairs }) => plain(syncStatus(cluster.names, repairs))), readsRepairs: true },
  ],
]);

function page(answer: ServicePage['answer']): ServicePage {
  return { authenticated: true, readsBody: false, answer };
}

function open(answer: ServicePage['answer']): ServicePage {
  return { authenticated: false, readsBody: false, answer };
}

/** The two steps of `/set_table`; over what has no table file 405, as HustDB HA answers without its key. */
async function setTable({ cluster, query, body }: ServiceContext): Promise<Answer> {
  const id = parseNodeQuery(query).get('id');
  const { upload } = cluster;
  if (upload === undefined) return emptyAnswer(405, 'unsupported', []);
  const answer = id === undefined ? upload.challenge() : await upload.submit(id, body);
  const headers = answer.errorCode === undefined ? [] : ['ErrorCode', String(answer.errorCode)];
  const outcome = answer.status === 200 ? 'ok' : answer.status === 400 ? 'invalid-request' : 'unsupported';
  return { status: answer.status, outcome, headers, body: answer.body === undefined ? [] : [answer.body] };
}

/**
 * The counters of HustDB HA's sync server, in its words and spacing: writes that reached one side only. Those that are not
 * synced yet are told for each side; those that are, since the start, in total.
 */
function syncStatus(names: readonly string[], repairs: RepairStatus | undefined): string {
  const { waiting = 0, settled = 0, waitingBySide = {} } = repairs ?? {};
  const counts = (processed: number, synced: number): object => {
    return { processed_items: processed, synced_items: synced };
  };
  const status = Object.fromEntries(names.map((name) => [name, counts(waitingBySide[name] ?? 0, 0)]));
  return JSON.stringify({ total_status: counts(waiting + settled, settled), status }, null, 4);
}

function plain(text: string): Answer {
  return { status: 200, outcome: 'ok', headers: [], body: [Buffer.from(text)] };
}
