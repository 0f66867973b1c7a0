import type { Two } from '@kvtwin/versioned-value';
import { type Answer, textAnswer } from './answer.js';
import type { Compatibility } from './proxy-options.js';

/** What the pages about the service itself need. */
export interface ServiceContext {
  readonly compat: Compatibility;
  readonly sideNames: Two<string>;
}

/** A page about the service: it asks no side. */
export interface ServicePage {
  /** Whether it asks for credentials where any are configured. */
  readonly authenticated: boolean;
  answer(context: ServiceContext): Answer;
}

/** HustDB HA's own answer, which callers compare in health checks. */
const HA_VERSION = 'hustdbha 1.7';

/** The service pages by path. */
export const SERVICE_PAGES: ReadonlyMap<string, ServicePage> = new Map([
  [
    '/version',
    {
      authenticated: false,
      answer: ({ compat }) =>
        textAnswer(200, 'ok', compat === 'strict' ? HA_VERSION : `${HA_VERSION} (kvtwin)`),
    },
  ],
  [
    '/status.html',
    { authenticated: false, answer: () => ({ ...textAnswer(200, 'ok', 'ok'), contentType: 'text/html' }) },
  ],
  ['/peer_count', { authenticated: true, answer: () => plain('2') }],
  ['/get_table', { authenticated: true, answer: ({ sideNames }) => plain(tableFile(sideNames)) }],
] satisfies [string, ServicePage][]);

/** The hash table of a cluster of one pair, as HustDB HA shows its own. */
function tableFile(sideNames: Two<string>): string {
  return JSON.stringify({ table: [{ item: { key: [0, 1024], val: sideNames } }] });
}

function plain(text: string): Answer {
  return { status: 200, outcome: 'ok', headers: [], body: [Buffer.from(text)] };
}
