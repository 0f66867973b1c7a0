import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { answerParent } from './bench-process.js';
import { WORKLOAD } from './workload.js';

/*
 * A Hot Rod server that does nearly nothing: every get is answered with the same 100 bytes, every ping as by a server
 * that speaks 4.1. Anything else ends the connection.
 *
 *   A0  vLong id  u8 version  u8 opcode  string cache  vInt flags  u8 intelligence  vInt topology
 *       from 2.8: two media types        from 4.0: vInt parameters        get: bytes key
 */
const GET = 0x03;
const PING = 0x17;
const REQUEST_MAGIC = 0xa0;
const REPLY_MAGIC = 0xa1;
const value = Buffer.from(WORKLOAD.value, 'latin1');
/** Opcode, status 0, no topology, then the value. */
const getTail = Buffer.concat([Buffer.of(0x04, 0, 0, value.length), value]);
/** Opcode, status 0, no topology, no media types, serves 4.1, four opcodes. */
const pingTail31 = Buffer.from('18000000002904000100030017001b', 'hex');
const pingTail29 = Buffer.from('1800000000', 'hex');
const pingTail20 = Buffer.from('180000', 'hex');

class NeedMore extends Error {}

class StubConnection {
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Bytes from the cache name to the end of a get, once one was read: the following ones are just as long. */
  #getLength = 0;
  #out = Buffer.allocUnsafe(64 * 1024);
  #length = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('error', () => socket.destroy());
  }

  #onData(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let done = 0;
    this.#at = 0;
    try {
      while (this.#at < bytes.length) {
        this.#answer(bytes);
        done = this.#at;
      }
    } catch (error) {
      if (!(error instanceof NeedMore)) {
        this.#socket.destroy(error as Error);
        return;
      }
    }
    this.#rest = bytes.subarray(done);
    if (this.#length === 0) return;
    this.#socket.write(this.#out.subarray(0, this.#length));
    this.#out = Buffer.allocUnsafe(Math.max(64 * 1024, this.#length));
    this.#length = 0;
  }

  #answer(bytes: Buffer): void {
    if (this.#byte(bytes) !== REQUEST_MAGIC) throw new Error(`no request at offset ${this.#at - 1}`);
    const idAt = this.#at;
    this.#skipVariable(bytes);
    const idEnd = this.#at;
    const version = this.#byte(bytes);
    const opcode = this.#byte(bytes);
    if (opcode === GET && this.#getLength > 0) {
      this.#skip(bytes, this.#getLength);
    } else {
      const start = this.#at;
      this.#skipHeader(bytes, version);
      if (opcode === GET) {
        this.#skip(bytes, this.#number(bytes));
        this.#getLength = this.#at - start;
      } else if (opcode !== PING) {
        throw new Error(`opcode ${opcode} is not answered here`);
      }
    }
    this.#reply(bytes, idAt, idEnd, opcode === GET ? getTail : pingTail(version));
  }

  #skipHeader(bytes: Buffer, version: number): void {
    this.#skip(bytes, this.#number(bytes));
    this.#skipVariable(bytes);
    this.#skip(bytes, 1);
    this.#skipVariable(bytes);
    if (version >= 28) {
      this.#skipMediaType(bytes);
      this.#skipMediaType(bytes);
    }
    if (version >= 40 && this.#number(bytes) > 0) throw new Error('header parameters are not read here');
  }

  /** `00` | `01` vInt id, vInt 0 parameters */
  #skipMediaType(bytes: Buffer): void {
    const definition = this.#byte(bytes);
    if (definition === 0) return;
    if (definition !== 1) throw new Error('only predefined media types are read here');
    this.#skipVariable(bytes);
    for (let left = 2 * this.#number(bytes); left > 0; left--) this.#skip(bytes, this.#number(bytes));
  }

  #reply(bytes: Buffer, idAt: number, idEnd: number, tail: Buffer): void {
    const needed = this.#length + 16 + tail.length;
    if (needed > this.#out.length) {
      const larger = Buffer.allocUnsafe(2 * needed);
      this.#out.copy(larger, 0, 0, this.#length);
      this.#out = larger;
    }
    const out = this.#out;
    out[this.#length++] = REPLY_MAGIC;
    for (let at = idAt; at < idEnd; at++) out[this.#length++] = bytes[at]!;
    out.set(tail, this.#length);
    this.#length += tail.length;
  }

  #byte(bytes: Buffer): number {
    if (this.#at >= bytes.length) throw new NeedMore();
    return bytes[this.#at++]!;
  }

  #skip(bytes: Buffer, count: number): void {
    this.#at += count;
    if (this.#at > bytes.length) throw new NeedMore();
  }

  #skipVariable(bytes: Buffer): void {
    while (this.#byte(bytes) >= 0x80);
  }

  #number(bytes: Buffer): number {
    let number = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#byte(bytes);
      number += (byte & 0x7f) << shift;
      if (byte < 0x80) return number;
    }
  }
}

function pingTail(version: number): Buffer {
  if (version >= 30) return pingTail31;
  return version >= 29 ? pingTail29 : pingTail20;
}

const server = createServer((socket) => new StubConnection(socket));
server.listen(0, '127.0.0.1', () => answerParent((server.address() as AddressInfo).port));
