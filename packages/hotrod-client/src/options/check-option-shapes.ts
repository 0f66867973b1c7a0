import { HotRodError } from '../hotrod-error.js';
import type { HotRodClientOptions } from './options.js';

type Shape = 'string' | 'boolean' | 'function' | 'list' | 'object';

/** Every option there is, and what it must be where its own check does not say that. */
const SHAPES: Readonly<Record<keyof HotRodClientOptions, Shape | undefined>> = {
  servers: 'list',
  sites: 'object',
  intelligence: undefined,
  mapAddress: 'function',
  name: 'string',
  traceContext: 'function',
  cache: 'string',
  protocol: undefined,
  auth: 'object',
  tls: undefined,
  connectTimeoutMs: undefined,
  timeoutMs: undefined,
  maxRetries: undefined,
  retryWrites: 'boolean',
  reconnectMinMs: undefined,
  reconnectMaxMs: undefined,
  maxInFlight: undefined,
  maxQueuedBytes: undefined,
  overload: undefined,
  keepAliveMs: undefined,
  tcpNoDelay: 'boolean',
  tcpKeepAlive: 'boolean',
  maxValueBytes: undefined,
  lazy: 'boolean',
  signal: undefined,
};

/** Refuses a name that no option has, so that none is passed over for a slip, and values of another kind (`HOTROD_INVALID_ARGUMENT`). */
export function checkOptionShapes(given: HotRodClientOptions): void {
  if (shapeOf(given) !== 'object') throw invalid(`the options are ${shapeOf(given)}; give an object`);
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(SHAPES, name)) {
      throw invalid(
        `there is no option ${JSON.stringify(name)}; there are ${Object.keys(SHAPES).join(', ')}`,
      );
    }
    const wanted = SHAPES[name as keyof HotRodClientOptions];
    if (value === undefined || wanted === undefined || shapeOf(value) === wanted) continue;
    throw invalid(`${name} is ${shapeOf(value)}; it must be of the kind ${wanted}`);
  }
}

function shapeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

function invalid(message: string): HotRodError {
  return new HotRodError(message, { code: 'HOTROD_INVALID_ARGUMENT' });
}
