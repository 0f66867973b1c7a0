import {
  type EntryVersion,
  type PairRead,
  type SideRead,
  type Two,
  UNKNOWN_EXPIRATION,
} from '@kvtwin/versioned-value';
import { refuseFrontReply } from './front-reply.js';
import { headerValue, headerValues } from './header-list.js';
import type { HttpReplyInput } from './http-message.js';
import { HustDbProtocolError } from './hustdb-protocol-error.js';
import type { PairEndpoint, PairValueEndpoint } from './pair-endpoint.js';
import { parseContentLength } from './raw-http-reply.js';
import {
  checkBody,
  isVersionText,
  malformedHeader,
  missingHeader,
  optionalVersion,
  unexpectedStatus,
} from './reply-fields.js';

/** How to read a pair reply. */
export interface PairReplyOptions {
  /** The reply answers a HEAD request: kind and versions are there, values are not. Default false. */
  readonly head?: boolean;
}

/**
 * Reads what HustDB HA says about a key in its two masters.
 *
 *     200  Version                          agreed          value
 *     200  Version1 Version2                version-skew    value
 *     409  Version            Val-Offset    value-conflict  first value, second value
 *     409  Version1 Version2  Val-Offset    diverged        first value, second value
 *     409  Version1 Version2                version-skew    (/sismember2 only, no body)
 *     409  Version1 or Version2, X-Outcome: one-sided       value of the present side (extended dialect)
 *     404                                   unreadable      absent, one-sided and failed alike
 *
 * `Version1` and the bytes before `Val-Offset` belong to the first master. Version text is kept as it was sent (`05`);
 * an empty one is an undefined version. With `head`, and for `/sismember2`, there are no values: `PairRead<null>`.
 *
 * Throws a HustDbProtocolError: `HUSTDB_MALFORMED_HEADER` (with `header` and `value`), `HUSTDB_BODY_SHORT`,
 * `HUSTDB_UNAUTHORIZED`, `HUSTDB_NOT_MODIFIED`, `HUSTDB_SERVER_ERROR`, `HUSTDB_HTML`, `HUSTDB_UNEXPECTED_STATUS`.
 * Source: HustDB documents, ha/get2, hget2, zscore2, sismember2.
 */
export function parsePairReply(
  endpoint: PairValueEndpoint,
  reply: HttpReplyInput,
  options?: { readonly head?: false },
): PairRead;
export function parsePairReply(
  endpoint: PairEndpoint,
  reply: HttpReplyInput,
  options: { readonly head: true },
): PairRead<null>;
export function parsePairReply(
  endpoint: '/sismember2',
  reply: HttpReplyInput,
  options?: PairReplyOptions,
): PairRead<null>;
export function parsePairReply(
  endpoint: PairEndpoint,
  reply: HttpReplyInput,
  options?: PairReplyOptions,
): PairRead | PairRead<null>;
export function parsePairReply(
  endpoint: PairEndpoint,
  reply: HttpReplyInput,
  options: PairReplyOptions = {},
): PairRead | PairRead<null> {
  refuseFrontReply(reply);
  if (reply.status === 401) throw unauthorized();
  const head = options.head === true;
  const length = checkedBodyLength(reply, head);
  if (reply.status === 404) {
    refuseOddVersions(reply);
    return {
      kind: 'unreadable',
      sides: [{ state: 'unknown' }, { state: 'unknown' }],
      versionsCompared: true,
    };
  }
  if (reply.status !== 200 && reply.status !== 409) throw unexpectedStatus(reply.status, 'a pair read');
  const context: ReplyContext = { reply, valueless: endpoint === '/sismember2', length };
  if (head || context.valueless) return readValues<null>(context, { whole: null, split: () => [null, null] });
  const body = reply.body;
  return readValues<Uint8Array>(context, {
    whole: body,
    split: (offset) => [body.subarray(0, offset), body.subarray(offset)],
  });
}

interface ReplyContext {
  readonly reply: HttpReplyInput;
  /** `/sismember2`: neither values nor Val-Offset. */
  readonly valueless: boolean;
  /** Body length as declared or present; undefined for a HEAD reply that does not declare it. */
  readonly length: number | undefined;
}

interface Values<V> {
  readonly whole: V;
  split(offset: number): Two<V>;
}

function readValues<V>(context: ReplyContext, values: Values<V>): PairRead<V> {
  const { reply } = context;
  const versions = readVersions(reply);
  if ('both' in versions) return readVersionPair(context, versions.both, values);
  if ('only' in versions) return readOneSided(context, versions, values.whole);
  if (reply.status === 200) {
    refuseHeader(reply, 'Val-Offset', 'a 200 reply has one value');
    const side = present(values.whole, versions);
    return {
      kind: 'agreed',
      value: values.whole,
      version: versions,
      sides: [side, side],
      versionsCompared: true,
    };
  }
  if (context.valueless)
    throw missingHeader('Version1', reply.status, 'its conflicts are conflicts of versions');
  const both = values.split(readValOffset(context));
  const sides: Two<SideRead<V>> = [present(both[0], versions), present(both[1], versions)];
  return { kind: 'value-conflict', values: both, version: versions, sides, versionsCompared: true };
}

function readVersionPair<V>(
  context: ReplyContext,
  versions: Two<EntryVersion>,
  values: Values<V>,
): PairRead<V> {
  const { reply, valueless } = context;
  if (reply.status === 200 || valueless) {
    refuseHeader(
      reply,
      'Val-Offset',
      valueless ? 'this endpoint has no values' : 'a 200 reply has one value',
    );
    const value = values.whole;
    const sides: Two<SideRead<V>> = [present(value, versions[0]), present(value, versions[1])];
    return { kind: 'version-skew', value, versions, sides, versionsCompared: true };
  }
  const both = values.split(readValOffset(context));
  const sides: Two<SideRead<V>> = [present(both[0], versions[0]), present(both[1], versions[1])];
  return { kind: 'diverged', values: both, versions, sides, versionsCompared: true };
}

function readOneSided<V>(context: ReplyContext, found: OnlyOne, value: V): PairRead<V> {
  const { reply } = context;
  const other = found.only === 'first' ? 'Version2' : 'Version1';
  if (reply.status !== 409 || headerValue(reply.headers, 'x-outcome') !== 'one-sided') {
    const why = `${found.only === 'first' ? 'Version1' : 'Version2'} is there without it and without X-Outcome: one-sided`;
    throw missingHeader(other, reply.status, why);
  }
  refuseHeader(reply, 'Val-Offset', 'a one-sided reply has one value');
  const here = present(value, found.version);
  const sides: Two<SideRead<V>> =
    found.only === 'first' ? [here, { state: 'absent' }] : [{ state: 'absent' }, here];
  return { kind: 'one-sided', present: found.only, sides, versionsCompared: true };
}

interface Both {
  readonly both: Two<EntryVersion>;
}

interface OnlyOne {
  readonly only: 'first' | 'second';
  readonly version: EntryVersion;
}

function readVersions(reply: HttpReplyInput): EntryVersion | Both | OnlyOne {
  const common = readVersion(reply, 'Version');
  const first = readVersion(reply, 'Version1');
  const second = readVersion(reply, 'Version2');
  if (common !== undefined) {
    const extra = first !== undefined ? 'Version1' : second !== undefined ? 'Version2' : undefined;
    if (extra === undefined) return common;
    throw malformedHeader(reply, extra, `Version: ${JSON.stringify(common.token)} is there as well`);
  }
  if (first !== undefined && second !== undefined) return { both: [first, second] };
  if (first !== undefined) return { only: 'first', version: first };
  if (second !== undefined) return { only: 'second', version: second };
  throw missingHeader('Version', reply.status, 'neither it nor Version1 and Version2 are there');
}

function readVersion(reply: HttpReplyInput, name: string): EntryVersion | undefined {
  const token = optionalVersion(reply, name);
  return token === undefined ? undefined : { scheme: 'counter', token };
}

/** A 404 tells nothing by its versions, and may have several (one of two real values empty); but each must be one. */
function refuseOddVersions(reply: HttpReplyInput): void {
  for (const name of ['Version', 'Version1', 'Version2']) {
    if (headerValues(reply.headers, name).every(isVersionText)) continue;
    throw malformedHeader(reply, name, 'it must be a decimal number, or empty');
  }
}

/**
 * Where the first master's value ends. 1 ≤ offset < length, since real values are never empty. A front over stores that
 * know empty values marks such a conflict with X-Outcome, and only then may the offset be 0 or the whole length.
 */
function readValOffset({ reply, length }: ReplyContext): number {
  const text = readOnce(reply, 'Val-Offset');
  if (text === undefined) throw missingHeader('Val-Offset', reply.status, 'a 409 reply holds two values');
  if (!/^\d{1,15}$/.test(text)) throw malformedHeader(reply, 'Val-Offset', 'it must be a decimal number');
  const offset = Number(text);
  const outcome = headerValue(reply.headers, 'x-outcome');
  const mayBeEmpty = outcome === 'value-conflict' || outcome === 'diverged';
  const least = mayBeEmpty ? 0 : 1;
  if (offset < least) throw malformedHeader(reply, 'Val-Offset', 'the first value would be empty');
  if (length !== undefined && offset > length - least) {
    throw malformedHeader(reply, 'Val-Offset', `it must be less than the body's length of ${length} bytes`);
  }
  return offset;
}

function present<V>(value: V, version: EntryVersion): SideRead<V> {
  return { state: 'present', entry: { value, version, expiration: UNKNOWN_EXPIRATION } };
}

function checkedBodyLength(reply: HttpReplyInput, head: boolean): number | undefined {
  if (head) return parseContentLength(reply.headers, reply.status);
  checkBody(reply);
  return reply.body.length;
}

function readOnce(reply: HttpReplyInput, name: string): string | undefined {
  const values = headerValues(reply.headers, name);
  if (values.length > 1) throw malformedHeader(reply, name, 'it is there more than once');
  return values[0];
}

function refuseHeader(reply: HttpReplyInput, name: string, why: string): void {
  if (headerValues(reply.headers, name).length > 0) throw malformedHeader(reply, name, why);
}

function unauthorized(): HustDbProtocolError {
  return new HustDbProtocolError('the front answered 401: it refuses the credentials', {
    code: 'HUSTDB_UNAUTHORIZED',
    status: 401,
  });
}
