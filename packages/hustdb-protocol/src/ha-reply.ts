import { type HaSideWrite, parseSides } from './ha-side-write.js';
import { headerValue } from './header-list.js';
import type { HttpReply, HttpReplyInput } from './http-message.js';
import { reasonPhrase } from './reason-phrase.js';
import { checkBody, missingHeader, optionalVersion, unexpectedStatus } from './reply-fields.js';

const NOTHING = new Uint8Array(0);

/**
 * What the HA answers to `get`, `exist` and the like of hashes, sets, sorted sets and the cache. `version` is decimal text, empty where the node told none.
 * Its 404 says nothing more: absent, refused and unreachable look alike.
 */
export type HaRead =
  | { readonly outcome: 'found'; readonly version: string; readonly value: Uint8Array }
  | { readonly outcome: 'not-found-or-failed' };

/**
 * What the HA answers to a write. `version`: the larger of the two masters' (`hincrby` has none, its sum is in `body`).
 * `sync`: the address of the master that did not take the write; a repair is queued, only one copy is durable now.
 * `conflict`: 409 or 412 in the extended dialect: at least one side refused; the versions that are there, where told.
 * `sides`: how each master took it, where the front tells (`X-Sides`); HustDB HA itself never does.
 */
export type HaWrite = { readonly sides?: readonly [HaSideWrite, HaSideWrite] } & (
  | {
      readonly outcome: 'applied';
      readonly version: string | undefined;
      readonly body: Uint8Array;
      readonly sync?: string;
    }
  | { readonly outcome: 'failed' }
  | { readonly outcome: 'conflict'; readonly versions: readonly [string | undefined, string | undefined] }
);

/** Reads the HA's answer to a plain read. Throws a HustDbProtocolError for what is none. */
export function parseHaRead(reply: HttpReplyInput): HaRead {
  checkBody(reply);
  if (reply.status === 404) return { outcome: 'not-found-or-failed' };
  if (reply.status !== 200) throw unexpectedStatus(reply.status, 'a read of the HA');
  const version = optionalVersion(reply);
  if (version === undefined) throw missingHeader('Version', 200, 'every read has one');
  return { outcome: 'found', version, value: reply.body };
}

/** Reads the HA's answer to a write. Throws a HustDbProtocolError for what is none. */
export function parseHaWrite(reply: HttpReplyInput): HaWrite {
  checkBody(reply);
  const sides = parseSides(headerValue(reply.headers, 'x-sides'));
  const told = sides === undefined ? {} : { sides };
  if (reply.status === 404) return { outcome: 'failed', ...told };
  if (reply.status === 409 || reply.status === 412) {
    return {
      outcome: 'conflict',
      versions: [optionalVersion(reply, 'Version1'), optionalVersion(reply, 'Version2')],
      ...told,
    };
  }
  if (reply.status !== 200) throw unexpectedStatus(reply.status, 'a write to the HA');
  const sync = headerValue(reply.headers, 'sync');
  const version = optionalVersion(reply);
  return {
    outcome: 'applied',
    version,
    body: reply.body,
    ...(sync === undefined ? {} : { sync }),
    ...told,
  };
}

/** The HA's answer to a plain read: `Version` behind the general headers. */
export function formatHaRead(read: HaRead): HttpReply {
  if (read.outcome === 'found') return formatHaReply(200, [['Version', read.version]], read.value);
  return formatHaNotFound();
}

/**
 * The HA's answer to a write: `Sync` before `Version`. `increment`: it is one to `hincrby`, whose failure at a node has no
 * version (a refusal of its parameters has: formatHaNotFound).
 */
export function formatHaWrite(
  write: HaWrite,
  { increment = false }: { readonly increment?: boolean } = {},
): HttpReply {
  if (write.outcome === 'failed') return increment ? formatHaReply(404, []) : formatHaNotFound();
  const headers: [string, string][] = [];
  if (write.outcome === 'conflict') {
    const [first, second] = write.versions;
    if (first !== undefined) headers.push(['Version1', first]);
    if (second !== undefined) headers.push(['Version2', second]);
    return formatHaReply(409, headers);
  }
  if (write.sync !== undefined) headers.push(['Sync', write.sync]);
  if (write.version !== undefined) headers.push(['Version', write.version]);
  return formatHaReply(200, headers, write.body);
}

/** The HA's one answer to everything that failed: 404 with `Version: 0` and no body. */
export function formatHaNotFound(): HttpReply {
  return formatHaReply(404, [['Version', '0']]);
}

/**
 * Any reply of the HA: Content-Type and Content-Length first, then the endpoint's headers. A server puts its Connection
 * header between the two.
 */
export function formatHaReply(
  status: number,
  headers: readonly (readonly [string, string])[],
  body: Uint8Array = NOTHING,
): HttpReply {
  return {
    status,
    reason: reasonPhrase(status),
    headers: [['Content-Type', 'text/plain'], ['Content-Length', String(body.length)], ...headers],
    body,
  };
}
