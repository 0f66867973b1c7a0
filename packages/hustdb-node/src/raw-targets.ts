import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** What is known about the requests of one connection. */
interface Connection {
  /** The request that came last; its body may still be coming. */
  last: IncomingMessage | undefined;
  /** The target of the request that is being fed to the parser, where the parser was given another spelling. */
  target: string | undefined;
  /** A head with such a target, not whole yet. */
  held: Buffer | undefined;
  /** What the parser has of a head that is not whole, without such bytes. */
  begun: string;
}

const HEAD_END = Buffer.from('\r\n\r\n');
/** More of a begun head is not kept: its request line is longer than any that is taken. */
const MAX_BEGUN_CHARACTERS = 8192;
const REQUEST_LINE = /^[A-Z-]+ [^ ]+ HTTP\/1\.[01]$/;
/** What begins otherwise (TLS, say) is no request: nothing is waited for. */
const METHOD_BEGIN = /^[\r\n]*(?:[A-Z]|$)/;
/** A head above this is left to the parser, which refuses it. */
const MAX_HELD_BYTES = 32 * 1024;

/**
 * Lets request targets hold raw bytes from 0x80 on. A real node takes them (`curl 'http://…/hustdb/get?key=你'` sends them
 * so, and HustDB HA passes them on), Node's parser does not. In front of the parser such bytes are written as `%XX`; the target as
 * it was sent is kept beside it, for `val` is stored undecoded.
 *
 *     socket ── data ──▶ this ── data ──▶ Node's parser ── request ──▶ handler, which asks targetOf()
 *
 * Bytes are changed only in the first line of a head, never while a body is due: whether one is, the parser has said by then,
 * since it hands out a request, and marks it complete, within the call that feeds it. One case is left to the parser, which
 * refuses it: a raw target sent behind a body in the same packet, before that body was answered.
 */
export class RawTargets {
  readonly #connections = new WeakMap<Socket, Connection>();

  /** Steps between a new connection and the parser's listener. Call from the server's `connection` event. */
  attach(socket: Socket): void {
    const [feed] = socket.listeners('data') as ((chunk: Buffer) => void)[];
    if (feed === undefined) return;
    const connection: Connection = { last: undefined, target: undefined, held: undefined, begun: '' };
    this.#connections.set(socket, connection);
    socket.removeListener('data', feed);
    socket.on('data', (chunk: Buffer) => pass(connection, chunk, (bytes) => feed.call(socket, bytes)));
  }

  /** The target as it was sent, one character per byte. Call it once for each request, when it comes. */
  targetOf(request: IncomingMessage): string {
    const connection = this.#connections.get(request.socket);
    if (connection === undefined) return request.url ?? '/';
    connection.last = request;
    const target = connection.target ?? request.url ?? '/';
    connection.target = undefined;
    return target;
  }
}

type Feed = (bytes: Buffer) => void;

function pass(connection: Connection, chunk: Buffer, feed: Feed): void {
  let rest = connection.held === undefined ? chunk : Buffer.concat([connection.held, chunk]);
  connection.held = undefined;
  while (rest.length > 0) {
    if (bodyIsDue(connection)) {
      connection.begun = '';
      feed(rest);
      return;
    }
    if (!hasRawByte(rest)) {
      const { last } = connection;
      feed(rest);
      noteBegun(connection, rest, last);
      return;
    }
    const length = headLength(connection.begun, rest);
    const maybe = METHOD_BEGIN.test(connection.begun + String.fromCharCode(rest[0]!));
    if (length === undefined && maybe && rest.length <= MAX_HELD_BYTES) {
      connection.held = rest;
      return;
    }
    const head = rest.subarray(0, length);
    rest = rest.subarray(head.length);
    feedHead(connection, head, feed);
  }
}

function bodyIsDue(connection: Connection): boolean {
  return connection.last !== undefined && !connection.last.complete;
}

function hasRawByte(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes[at]! >= 0x80) return true;
  return false;
}

/** What of `bytes`, just fed, is the beginning of a head; nothing where they end with a head, as they mostly do. */
function noteBegun(connection: Connection, bytes: Buffer, before: IncomingMessage | undefined): void {
  const { last } = connection;
  const ended = bytes.length >= HEAD_END.length && bytes.subarray(-HEAD_END.length).equals(HEAD_END);
  if (ended || bodyIsDue(connection) || (last !== undefined && last !== before && hasBody(last))) {
    connection.begun = '';
    return;
  }
  const text = connection.begun + bytes.toString('latin1');
  const end = text.lastIndexOf('\r\n\r\n');
  connection.begun = (end < 0 ? text : text.slice(end + HEAD_END.length)).slice(0, MAX_BEGUN_CHARACTERS);
}

/** How many of `bytes` belong to the head that `begun` begins; undefined where its end has not come. */
function headLength(begun: string, bytes: Buffer): number | undefined {
  const before = Buffer.from(begun.slice(1 - HEAD_END.length), 'latin1');
  const end = Buffer.concat([before, bytes]).indexOf(HEAD_END);
  return end < 0 ? undefined : end + HEAD_END.length - before.length;
}

function feedHead(connection: Connection, head: Buffer, feed: Feed): void {
  const { begun } = connection;
  connection.begun = '';
  const lineEnd = head.indexOf('\r\n');
  const line = head.toString('latin1', 0, lineEnd < 0 ? head.length : lineEnd);
  const escaped = line.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
  const whole = [begun + line, line].find((text) => REQUEST_LINE.test(text));
  if (escaped === line || lineEnd < 0 || whole === undefined) {
    feed(head);
    return;
  }
  connection.target = whole.split(' ')[1];
  feed(Buffer.concat([Buffer.from(escaped, 'latin1'), head.subarray(lineEnd)]));
}

/** Whether a request has a body, by its headers. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}
