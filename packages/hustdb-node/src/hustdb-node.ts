import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { deflateRawSync } from 'node:zlib';
import {
  COMMANDS,
  type CommandName,
  formatNodeReply,
  formatNodeUnauthorized,
  type HttpReply,
  HUSTDB_LIMITS,
  parseNodeRequest,
  splitTarget,
} from '@kvtwin/hustdb-protocol';
import { answerCommand } from './answer-command.js';
import { Binlog } from './binlog.js';
import { checkStore } from './check-store.js';
import { endConnectionsInOrder } from './end-connections-in-order.js';
import { NodeCache } from './node-cache.js';
import { NodeData } from './node-data.js';
import { NodeExports } from './node-exports.js';
import { NodeStorage } from './node-storage.js';
import { NodeWork } from './node-work.js';
import { type CheckedNodeOptions, checkNodeOptions, type HustDbNodeOptions } from './options.js';
import { RawTargets } from './raw-targets.js';
import { readBody } from './read-body.js';
import { type NodeSender, nodeSender } from './send-to-node.js';
import type { StorageView } from './storage-view.js';
import { StoreStorage } from './store-storage.js';
import { StoreTables } from './store-tables.js';
import { faithfulVersions, saneVersions } from './version-encoding.js';

/** Expired entries that nobody asks for are deleted this often, as in a real node (`db.ttl.scan_interval`). */
const SWEEP_INTERVAL_MS = 30_000;

/** A connection that sends nothing is dropped after this, as in a real node. */
const IDLE_TIMEOUT_MS = 300_000;

/** Bodies that a node sends deflated to who asks for it. */
const DEFLATED = ['/hustdb/get', '/hustdb/hget'];

/**
 * An embedded HustDB storage node on a real socket: kv, hashes, sets, sorted sets and the cache, versions, times to live,
 * listings. It answers byte for byte as a node does: header order and casing, reason phrases, no `Server`, no `Date`. Its data
 * are in memory, and in a directory too where it is given one.
 */
export class HustDbNode {
  /** The data, for seeding and looking at without HTTP. Empty where the node serves another store. */
  readonly storage: NodeStorage;
  /** What `/hustcache/*` holds. */
  readonly cache: NodeCache;
  /** Writes that another node missed, on their way to it. */
  readonly binlog: Binlog;
  readonly #sender: NodeSender;
  readonly #options: CheckedNodeOptions;
  readonly #server: Server;
  readonly #targets = new RawTargets();
  readonly #tokens: ReadonlySet<string>;
  /** What commands are answered from. */
  readonly #view: StorageView;
  readonly #exports: NodeExports;
  readonly #work = new NodeWork();
  #sweptAtMs: number;
  #data: NodeData | undefined;
  #closed: Promise<void> | undefined;

  /** Starts a node, with what its data directory holds; rejects where the port or the directory is taken. */
  static async listen(options: HustDbNodeOptions = {}): Promise<HustDbNode> {
    const checked = checkNodeOptions(options);
    await checkStore(checked.store);
    const node = new HustDbNode(checked);
    await node.#openData();
    try {
      await node.#listen();
    } catch (error) {
      await node.#data?.close();
      throw error;
    }
    return node;
  }

  private constructor(options: CheckedNodeOptions) {
    this.#options = options;
    this.#tokens = new Set(options.users.map(({ user, password }) => basicToken(user, password)));
    this.#sweptAtMs = options.clock.nowMs();
    this.storage = new NodeStorage({
      fileCount: options.fileCount,
      maxBytes: options.maxBytes,
      maxTables: options.maxTables,
      versions: options.quirks.versions ? faithfulVersions : saneVersions,
      nowMs: () => options.clock.nowMs(),
    });
    this.cache = new NodeCache({ maxBytes: options.maxCacheBytes, nowMs: () => options.clock.nowMs() });
    this.#sender = nodeSender([...this.#tokens][0]);
    const { store, storeTimeoutMs, fileCount } = options;
    this.#view =
      store === undefined
        ? this.storage
        : new StoreStorage(new StoreTables(store, storeTimeoutMs), fileCount);
    this.#exports = new NodeExports({
      storage: this.#view,
      fileCount,
      maxBytes: options.maxExportBytes,
      nowMs: () => options.clock.nowMs(),
    });
    this.binlog = new Binlog({
      storage: this.#view,
      intervalMs: options.binlogIntervalMs,
      maxTasks: options.maxBinlogTasks,
      send: this.#sender.send,
    });
    const serve = (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response);
    this.#server = createServer(
      { keepAliveTimeout: IDLE_TIMEOUT_MS, requireHostHeader: false, noDelay: true },
      serve,
    );
    // A real node looks at no Expect. Node itself answers 100 to who waits for it.
    this.#server.on('checkExpectation', serve);
    this.#server.on('connection', (socket) => this.#targets.attach(socket));
    endConnectionsInOrder(this.#server);
  }

  get port(): number {
    const address = this.#server.address();
    return address === null || typeof address === 'string' ? 0 : address.port;
  }

  /** `hustdb://host:port`, without credentials. */
  get url(): string {
    const { host } = this.#options;
    return `hustdb://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  /** Bytes of a write that a power failure cut off, which the start took away: nobody had been told of it. */
  get repairedBytes(): number {
    return this.#data?.repairedBytes ?? 0;
  }

  /** Answers what is under way, drops every connection and frees the port. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #openData(): Promise<void> {
    const { data, dataSlackBytes: slackBytes, onDataFailure: onFailure } = this.#options;
    if (data === undefined) return;
    const { storage, binlog } = this;
    this.#data = await NodeData.open(data, { storage, binlog, slackBytes, onFailure });
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port, this.#options.host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  async #shutDown(): Promise<void> {
    this.binlog.close();
    this.#sender.close();
    await this.#stopServing();
    await this.#data?.close();
    await this.#options.store?.close();
  }

  #stopServing(): Promise<void> {
    return new Promise((resolve) => {
      const force = setTimeout(() => this.#server.closeAllConnections(), this.#options.closeGraceMs);
      this.#server.close(() => {
        clearTimeout(force);
        resolve();
      });
      this.#server.closeIdleConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = this.#targets.targetOf(request);
    const body = await readBody(request, this.#options.maxBodyBytes);
    if (body === undefined) return;
    this.#send(request, response, await this.#answerDurably(request, target, body));
  }

  /** The answer to a write waits until the write is on disk. */
  async #answerDurably(request: IncomingMessage, target: string, body: Uint8Array): Promise<HttpReply> {
    const before = this.#data?.changes;
    try {
      const reply = await this.#answer(request, target, body);
      if (this.#data?.changes !== before) await this.#data?.settled();
      return reply;
    } catch (error) {
      if (this.#data?.failure === undefined) this.#options.onError(error);
      return formatNodeReply(500, []);
    }
  }

  async #answer(request: IncomingMessage, target: string, body: Uint8Array): Promise<HttpReply> {
    const { path } = splitTarget(target);
    if (path === '/status.html') return formatNodeReply(200, [], Buffer.from('ok\n'));
    if (request.headers.authorization === undefined || !this.#tokens.has(request.headers.authorization)) {
      if (this.#tokens.size > 0) return formatNodeUnauthorized();
    }
    if (target.length > HUSTDB_LIMITS.requestLineBytes) return formatNodeReply(414, []);
    this.#sweepWhenDue();
    const parsed = parseNodeRequest({ method: request.method ?? 'GET', target, body });
    if (parsed.kind === 'refused') return parsed.reply;
    if (this.#data?.failure !== undefined && isWrite(parsed.command)) return formatNodeReply(500, []);
    const { cache, binlog } = this;
    const { fileCount } = this.#options;
    const parts = { storage: this.#view, cache, binlog, exports: this.#exports, work: this.#work, fileCount };
    const reply = await answerCommand(parts, parsed);
    return reply.status === 200 && DEFLATED.includes(path) && wantsDeflate(request) ? deflated(reply) : reply;
  }

  #sweepWhenDue(): void {
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - this.#sweptAtMs < SWEEP_INTERVAL_MS) return;
    this.#sweptAtMs = nowMs;
    this.storage.sweep();
    this.cache.sweep();
  }

  #send(request: IncomingMessage, response: ServerResponse, reply: HttpReply): void {
    const headers = reply.headers.flat();
    const closing = !response.shouldKeepAlive || this.#closed !== undefined;
    if (closing) headers.push('Connection', 'close');
    else if (request.httpVersion === '1.0') headers.push('Connection', 'keep-alive');
    else response.removeHeader('Connection');
    response.sendDate = false;
    response.writeHead(reply.status, reply.reason, headers);
    response.end(reply.body);
  }
}

/** Of what is kept on disk. */
function isWrite(command: CommandName): boolean {
  return ['write', 'increment', 'binlog'].includes(COMMANDS[command].reply);
}

function basicToken(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** A real node wants the header's name in exactly this case, and exactly this value. */
function wantsDeflate(request: IncomingMessage): boolean {
  const { rawHeaders } = request;
  return rawHeaders.some(
    (name, at) => name === 'Accept-Encoding' && at % 2 === 0 && rawHeaders[at + 1] === 'deflate',
  );
}

/** Raw deflate, without zlib's wrapper; `Content-Encoding` stands behind the version. */
function deflated(reply: HttpReply): HttpReply {
  const version = reply.headers.filter(([name]) => name === 'Version');
  return formatNodeReply(200, [...version, ['Content-Encoding', 'deflate']], deflateRawSync(reply.body));
}
