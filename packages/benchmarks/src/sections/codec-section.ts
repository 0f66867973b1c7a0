import { performance } from 'node:perf_hooks';
import { ByteWriter } from '@kvtwin/bytes';
import {
  type AnyReply,
  encodeRequest,
  encodeResponse,
  type OperationDefinition,
  operations,
  PreparedHeader,
  ResponseDecoder,
} from '@kvtwin/hotrod-protocol';
import { against } from '../figures.js';
import { markdownTable } from '../markdown-table.js';
import { least } from '../statistics.js';
import { WORKLOAD } from '../workload.js';
import type { Section } from './section.js';

/** What one step of the codec costs. */
interface CodecCost {
  readonly step: string;
  readonly nanos: number;
  readonly goalNanos: number;
}

const VERSION = '4.1';
const BATCH = 1_000;
const ROUND_MS = 150;
const key = Buffer.from(WORKLOAD.key, 'latin1');
const value = Buffer.from(WORKLOAD.value, 'latin1');

/** Encodes into one growing buffer, and decodes from one chunk of many replies, as a busy connection does. */
function measureCodec(rounds: number): CodecCost[] {
  const text = { definition: 'predefined', id: 13, parameters: [] } as const;
  const header = new PreparedHeader({
    version: VERSION,
    cacheName: 'bench',
    keyMediaType: text,
    valueMediaType: text,
  });
  const infinite = { unit: 'infinite' } as const;
  const expiration = { lifespan: infinite, maxIdle: infinite };
  const metadata = { entryVersion: 281_479_271_677_953n };
  const steps: [string, number, () => void][] = [
    ['encode get', 60, encoding(header, operations.get, { key })],
    ['encode put 100 B', 150, encoding(header, operations.put, { key, value, expiration })],
    ['decode get 100 B', 110, decoding(operations.get, { outcome: 'ok', value })],
    [
      'decode getWithMetadata 100 B',
      120,
      decoding(operations.getWithMetadata, { outcome: 'ok', metadata, value }),
    ],
  ];
  const measured = steps.map(([step, goalNanos, batch]) => ({
    step,
    goalNanos,
    batch,
    nanos: [] as number[],
  }));
  for (let round = 0; round <= rounds; round++) {
    for (const each of measured) {
      const nanos = nanosPerOperation(each.batch);
      // The first round warms up.
      if (round > 0) each.nanos.push(nanos);
    }
  }
  return measured.map(({ step, goalNanos, nanos }) => ({ step, goalNanos, nanos: least(nanos) }));
}

/** What the codec takes for each message. */
export const codecSection: Section = {
  name: 'codec',
  run: async ({ quick }) => {
    const rounds = quick ? 2 : 8;
    const table = markdownTable(
      ['step', 'ns each'],
      measureCodec(rounds).map(({ step, nanos, goalNanos }) => [
        step,
        against(nanos, { atMost: goalNanos }, 0),
      ]),
    );
    return `## Codec of \`@kvtwin/hotrod-protocol\`

Protocol 4.1, key of 16 bytes; CPU time, the least of ${rounds} rounds.

${table}`;
  },
};

function encoding<Request>(
  header: PreparedHeader,
  operation: OperationDefinition<Request>,
  request: NoInfer<Request>,
): () => void {
  const writer = new ByteWriter();
  return () => {
    writer.ensure(BATCH * 256);
    for (let id = 1; id <= BATCH; id++) {
      header.messageId = id + 10_000;
      encodeRequest(writer, operation, header, request);
    }
    writer.take();
  };
}

function decoding<Request, Reply extends AnyReply>(
  operation: OperationDefinition<Request, Reply>,
  reply: NoInfer<Reply>,
): () => void {
  const pending = { operation: operation as OperationDefinition, version: VERSION, intelligence: 1 } as const;
  const decoder = new ResponseDecoder({ pendingOf: () => pending });
  const writer = new ByteWriter();
  for (let id = 1; id <= BATCH; id++) {
    encodeResponse(writer, operation, { messageId: id + 10_000 }, reply, { version: VERSION });
  }
  const replies = writer.take().slice();
  return () => {
    decoder.push(replies);
    let count = 0;
    while (decoder.next() !== undefined) count++;
    if (count !== BATCH) throw new Error(`${count} replies of ${BATCH} were decoded`);
  };
}

/** CPU time, not time by the clock: others may have the core for most of a round. */
function nanosPerOperation(batch: () => void): number {
  const endMs = performance.now() + ROUND_MS;
  const before = process.cpuUsage();
  let batches = 0;
  do {
    batch();
    batches++;
  } while (performance.now() < endMs);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / (batches * BATCH);
}
