import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  COMMANDS,
  type CommandDefinition,
  type CommandName,
  findHaCommand,
  formatHaCacheWrite,
  formatHaListing,
  formatHaNotFound,
  formatHaRead,
  formatHaReply,
  formatHaText,
  formatHaWrite,
  formatPairReply,
  type HttpReply,
  type HttpReplyInput,
  isPairEndpoint,
  type NodeWrite,
  parseHaRequest,
  parseNodeBinlog,
  parseNodeListing,
  parseNodeRead,
  parseNodeText,
  parseNodeWrite,
  splitTarget,
} from '@kvtwin/hustdb-protocol';
import { classifyPair, type SideRead, UNKNOWN_EXPIRATION } from '@kvtwin/versioned-value';

/** The two nodes behind a front, and the credentials of everybody. */
export interface PlainFrontOptions {
  readonly ports: readonly [number, number];
  readonly authorization: string;
}

/** A request on its way to the nodes: as it came. */
interface Call {
  readonly command: CommandName;
  readonly definition: CommandDefinition<object>;
  readonly query: string;
  readonly body: Uint8Array;
}

/** Undefined where a node does not answer. */
type NodeReply = HttpReplyInput | undefined;

/** Numbers of the writes in `binlog`. */
const METHODS: Partial<Record<CommandName, number>> = {
  put: 1,
  del: 2,
  hset: 3,
  hdel: 4,
  sadd: 5,
  srem: 6,
  zadd: 7,
  zrem: 8,
};

/**
 * A front over one pair of nodes that does what HustDB HA does, in the order in which it does it, and nothing better: one
 * node after the other, the query untouched, always by GET. For tests of the nodes and of the protocol's two sides.
 */
export class PlainFront {
  readonly #options: PlainFrontOptions;
  readonly #server: Server;

  static async listen(options: PlainFrontOptions): Promise<PlainFront> {
    const front = new PlainFront(options);
    await new Promise<void>((resolve) => front.#server.listen(0, '127.0.0.1', resolve));
    return front;
  }

  private constructor(options: PlainFrontOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const reply = await this.#answer(request, Buffer.concat(chunks));
    if (reply === 'close') {
      request.socket.destroy();
      return;
    }
    response.writeHead(reply.status, reply.reason, reply.headers.flat());
    response.end(reply.body);
  }

  async #answer(request: IncomingMessage, body: Uint8Array): Promise<HttpReply | 'close'> {
    const [method, target] = [request.method ?? '', request.url ?? ''];
    const path = findHaCommand(target);
    if (path.kind !== 'command') return path.kind === 'unknown' ? formatHaReply(404, []) : 'close';
    const definition: CommandDefinition<object> = COMMANDS[path.command];
    if (definition.ha!.open !== true && request.headers.authorization !== this.#options.authorization) {
      return formatHaReply(401, []);
    }
    const parsed = parseHaRequest(path.command, { method, target, body });
    if (parsed.kind === 'refused') {
      if (parsed.realHa === 'closes') return 'close';
      return parsed.realHa === 'not-found'
        ? this.#refusal(parsed.parameter, path.command)
        : formatHaReply(405, []);
    }
    const { query } = splitTarget(target);
    const peer = 'peer' in parsed.request ? parsed.request.peer : undefined;
    if (peer !== undefined && peer > 1) return 'close';
    return this.#carryOut({ command: path.command, definition, query, body }, peer);
  }

  /** A parameter that only a node objects to fails there, without a version where the front adds none. */
  #refusal(parameter: string, command: CommandName): HttpReply {
    const { ha, reply, scores } = COMMANDS[command] as CommandDefinition<object>;
    const checked = ha!.checks.length > 0 && ['key', 'tb', 'val', 'ttl'].includes(parameter);
    if (checked || scores === true) return formatHaNotFound();
    return reply === 'listing' || reply === 'text' ? formatHaReply(404, []) : formatHaNotFound();
  }

  async #carryOut(call: Call, peer: number | undefined): Promise<HttpReply> {
    const { definition } = call;
    switch (definition.reply) {
      case 'pair':
        return this.#pair(call);
      case 'write':
        return this.#write(call);
      case 'cache-write':
        return this.#cacheWrite(call);
      case 'increment': {
        const { ports } = this.#options;
        const query = `${call.query}&host=127.0.0.1:${ports[1]}`;
        const reply = await this.#ask(0, call, { ...call, query });
        if (reply?.status !== 200) return formatHaWrite({ outcome: 'failed' }, { increment: true });
        return formatHaWrite({ outcome: 'applied', version: undefined, body: reply.body });
      }
      case 'listing': {
        const { scores } = definition;
        const reply =
          peer === undefined ? await this.#first(call) : await this.#ask(peer === 0 ? 0 : 1, call);
        if (reply?.status !== 200) return formatHaListing({ outcome: 'failed' }, { scores });
        const listing = parseNodeListing(reply, { scores });
        return formatHaListing(listing.outcome === 'listed' ? listing : { outcome: 'failed' }, { scores });
      }
      case 'text': {
        const reply = peer === undefined ? undefined : await this.#ask(peer === 0 ? 0 : 1, call);
        return formatHaText(reply?.status === 200 ? parseNodeText(reply) : undefined);
      }
      default: {
        const reply = await this.#first(call);
        if (reply === undefined) return formatHaNotFound();
        if (definition.reply === 'cache-read') {
          return formatHaRead({ outcome: 'found', version: '', value: reply.body });
        }
        const read = parseNodeRead(reply);
        return formatHaRead(read.outcome === 'found' ? read : { outcome: 'not-found-or-failed' });
      }
    }
  }

  /** The first node's answer that is 200. */
  async #first(call: Call): Promise<NodeReply> {
    for (const at of [0, 1] as const) {
      const reply = await this.#ask(at, call);
      if (reply?.status === 200) return reply;
    }
    return undefined;
  }

  async #pair(call: Call): Promise<HttpReply> {
    const endpoint = call.definition.ha!.path;
    if (!isPairEndpoint(endpoint)) throw new TypeError(`${endpoint} reads no pair`);
    const plain = { ...call, definition: COMMANDS[call.command.slice(0, -1) as 'get'] };
    const [first, second] = [sideOf(await this.#ask(0, plain)), sideOf(await this.#ask(1, plain))];
    return formatPairReply(endpoint, classifyPair(first, second, 'counter'), { dialect: 'strict' });
  }

  async #write(call: Call): Promise<HttpReply> {
    const { ports } = this.#options;
    const writes = [writeOf(await this.#ask(0, call)), writeOf(await this.#ask(1, call))] as const;
    const removal = /del|rem/.test(call.command);
    const kinds = writes.map((write) => {
      if (write?.outcome === 'applied' || write?.outcome === 'stale') return 'done';
      if (removal && write?.outcome === 'absent') return 'soft';
      return call.command !== 'put' && write?.outcome === 'wrong-table' ? 'soft' : 'hard';
    });
    if (kinds.includes('soft') || !kinds.includes('done')) return formatHaWrite({ outcome: 'failed' });
    const versions = writes.map((write, at) =>
      kinds[at] === 'done' && write !== undefined && 'version' in write ? Number(write.version) : 0,
    );
    const applied = {
      outcome: 'applied',
      version: String(Math.max(...versions)),
      body: new Uint8Array(0),
    } as const;
    const missed = kinds.indexOf('hard');
    if (missed < 0) return formatHaWrite(applied);
    const host = `127.0.0.1:${ports[missed === 0 ? 0 : 1]}`;
    await this.#binlog(call, missed === 0 ? 1 : 0, host);
    return formatHaWrite({ ...applied, sync: host });
  }

  async #binlog(call: Call, healthy: 0 | 1, host: string): Promise<void> {
    const keep = call.query.split('&').filter((piece) => /^(tb|key)=/.test(piece));
    const query = [`host=${host}`, `method=${METHODS[call.command]}`, ...keep].join('&');
    const reply = await this.#ask(healthy, { ...call, definition: COMMANDS.binlog, query });
    if (reply !== undefined) parseNodeBinlog(reply);
  }

  async #cacheWrite(call: Call): Promise<HttpReply> {
    const replies = [await this.#ask(0, call), await this.#ask(1, call)];
    const done = replies.map((reply) => reply?.status === 200);
    if (!done.includes(true)) return formatHaCacheWrite({ outcome: 'failed' });
    const body = replies[done.lastIndexOf(true)]!.body;
    if (!done.includes(false)) return formatHaCacheWrite({ outcome: 'applied', body });
    const fail = `127.0.0.1:${this.#options.ports[done[0] ? 1 : 0]}`;
    return formatHaCacheWrite({ outcome: 'applied', body, fail });
  }

  /** Asks a node by GET, with the body where the front reads one. */
  #ask(at: 0 | 1, call: Call, sent: Pick<Call, 'query'> = call): Promise<NodeReply> {
    const { ports, authorization } = this.#options;
    const body = COMMANDS[call.command].ha!.readsBody ? call.body : new Uint8Array(0);
    return new Promise((resolve) => {
      const headers = {
        Authorization: authorization,
        ...(body.length > 0 ? { 'Content-Length': body.length } : {}),
      };
      const path = `${call.definition.node!.path}?${sent.query}`;
      const asked = httpRequest(
        { host: '127.0.0.1', port: ports[at], method: 'GET', path, headers, agent: false },
        async (response) => {
          const chunks: Buffer[] = [];
          for await (const chunk of response) chunks.push(chunk as Buffer);
          const { statusCode: status = 0 } = response;
          resolve({ status, headers: response.headers, body: new Uint8Array(Buffer.concat(chunks)) });
        },
      );
      asked.on('error', () => resolve(undefined));
      asked.end(body);
    });
  }
}

function sideOf(reply: NodeReply): SideRead {
  const read = reply === undefined ? undefined : parseNodeRead(reply);
  if (read?.outcome !== 'found') return { state: read?.outcome === 'absent' ? 'absent' : 'unknown' };
  const version = { scheme: 'counter', token: read.version } as const;
  return { state: 'present', entry: { value: read.value, version, expiration: UNKNOWN_EXPIRATION } };
}

function writeOf(reply: NodeReply): NodeWrite | undefined {
  return reply === undefined ? undefined : parseNodeWrite(reply);
}
