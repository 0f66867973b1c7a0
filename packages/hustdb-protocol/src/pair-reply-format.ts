import type { EntryVersion, PairRead, SideRead, Two } from '@kvtwin/versioned-value';
import { formatHaReply } from './ha-reply.js';
import type { HttpReply } from './http-message.js';
import type { PairEndpoint } from './pair-endpoint.js';

/**
 * How to answer what the HA cannot say. `strict`: as the HA does, 404. `extended`: a one-sided key is 409 with only the
 * present side's version, an unreadable one 503, and a conflict with an empty value is told.
 */
export type PairDialect = 'strict' | 'extended';

/** How to format a pair reply. */
export interface PairReplyFormat {
  readonly dialect: PairDialect;
}

/**
 * A PairRead as the HA's reply; what parsePairReply reads. The last header is `X-Outcome` with the read's kind.
 * Header order as the HA's: versions, then Val-Offset. Values are concatenated, first side first.
 */
export function formatPairReply(
  endpoint: PairEndpoint,
  read: PairRead | PairRead<null>,
  { dialect }: PairReplyFormat,
): HttpReply {
  const reply = (status: number, headers: Header[], body?: Uint8Array): HttpReply =>
    formatHaReply(status, [...headers, ['X-Outcome', read.kind]], body);
  switch (read.kind) {
    case 'agreed':
      return reply(200, [['Version', versionText(read.version)]], bytesOf(read.value));
    case 'version-skew':
      return reply(endpoint === '/sismember2' ? 409 : 200, versionPair(read.versions), bytesOf(read.value));
    case 'value-conflict':
      return conflict(reply, [['Version', versionText(read.version)]], read.values, dialect);
    case 'diverged':
      return conflict(reply, versionPair(read.versions), read.values, dialect);
    case 'one-sided': {
      if (dialect === 'strict') return reply(404, [ZERO]);
      const side: SideRead<Uint8Array | null> = read.sides[read.present === 'first' ? 0 : 1];
      if (side.state !== 'present') return reply(503, []);
      const name = read.present === 'first' ? 'Version1' : 'Version2';
      return reply(409, [[name, versionText(side.entry.version)]], bytesOf(side.entry.value));
    }
    case 'absent':
      return reply(404, [ZERO]);
    case 'unreadable':
      return dialect === 'strict' ? reply(404, [ZERO]) : reply(503, []);
  }
}

/**
 * A version as the HA's headers carry it: decimal. A HustDB counter stays as it is; a Hot Rod version, 8 bytes, becomes an
 * unsigned decimal number.
 */
export function versionText(version: EntryVersion): string {
  const { scheme, token } = version;
  if (scheme !== 'hotrod' || !/^[0-9a-f]{16}$/.test(token)) return token;
  // Three hexadecimal digits of zero leave a number that needs no BigInt, which takes several times as long.
  return token.startsWith('000') ? decimal(Number.parseInt(token, 16)) : BigInt(`0x${token}`).toString();
}

/** Of an integer below 2^53, in two parts: a small integer becomes text several times as fast as a double. */
function decimal(integer: number): string {
  if (integer < BILLION) return String(integer);
  const high = Math.floor(integer / BILLION);
  return `${high}${String(integer - high * BILLION).padStart(9, '0')}`;
}

const BILLION = 1_000_000_000;

type Header = readonly [string, string];

const ZERO: Header = ['Version', '0'];

function versionPair(versions: Two<EntryVersion>): Header[] {
  return [
    ['Version1', versionText(versions[0])],
    ['Version2', versionText(versions[1])],
  ];
}

function bytesOf(value: Uint8Array | null): Uint8Array | undefined {
  return value ?? undefined;
}

/** A strict front cannot tell a conflict in which one value is empty: it answers 404, with both kinds of version. */
function conflict(
  reply: (status: number, headers: Header[], body?: Uint8Array) => HttpReply,
  versions: Header[],
  values: Two<Uint8Array | null>,
  dialect: PairDialect,
): HttpReply {
  const [first, second] = values;
  if (first === null || second === null) return reply(409, versions);
  if (dialect === 'strict' && (first.length === 0 || second.length === 0))
    return reply(404, [...versions, ZERO]);
  const body = new Uint8Array(first.length + second.length);
  body.set(first);
  body.set(second, first.length);
  return reply(409, [...versions, ['Val-Offset', String(first.length)]], body);
}
