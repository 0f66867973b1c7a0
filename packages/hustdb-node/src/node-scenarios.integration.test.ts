import { connect } from 'node:net';
import { parseRawHttpReply } from '@kvtwin/hustdb-protocol';
import { hustDbScenarios, type ScenarioBody, type ScenarioStep, scenarioBodyBytes } from '@kvtwin/testkit';
import { ManualClock } from '@kvtwin/versioned-value';
import { afterAll, describe, expect, it } from 'vitest';
import { HustDbNode } from './hustdb-node.js';

const AUTHORIZATION = `Basic ${Buffer.from('huststore:huststore').toString('base64')}`;

const scenarios = hustDbScenarios().filter(({ folder }) => folder === 'node');

const clock = new ManualClock();
const auth = { user: 'huststore', password: 'huststore' };
const nodes = { m1: await HustDbNode.listen({ auth, clock }), m2: await HustDbNode.listen({ auth, clock }) };
afterAll(async () => {
  await nodes.m1.close();
  await nodes.m2.close();
});

describe('conversations recorded with a real node', () => {
  it('are there', () => expect(scenarios.length).toBe(19));

  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (_name, scenario) => {
    const run = Math.random().toString(36).slice(2, 8).padEnd(6, '0');
    for (const step of scenario.steps) {
      if (step.target === 'control') clock.turn(Number(/sleep_ms (\d+)/.exec(step.control ?? '')?.[1] ?? 0));
      else await replay(step, nodes[step.target as 'm1' | 'm2'], run);
    }
  });
});

async function replay(step: ScenarioStep, node: HustDbNode, run: string): Promise<void> {
  const { request, response } = step;
  if (request === undefined || response === undefined)
    throw new Error('a step without a request or a response');
  const body = scenarioBodyBytes(filled(request, run));
  const headers = Object.entries(request.headers ?? {}).map(([name, value]) => [name, fill(value, run)]);
  headers.unshift(['Host', '127.0.0.1']);
  if (body.length > 0 || request.method === 'POST') headers.push(['Content-Length', String(body.length)]);
  const head = `${request.method} ${fill(request.path, run)} HTTP/1.1\r\n${headers.map((header) => header.join(': ')).join('\r\n')}`;
  const raw = await converse(
    node.port,
    Buffer.concat([Buffer.from(`${head}\r\nConnection: close\r\n\r\n`, 'latin1'), body]),
  );
  const reply = parseRawHttpReply(raw, { head: request.method === 'HEAD' });
  expect(reply.status, request.path).toBe(response.status);
  if (step.compare?.body === 'exact') {
    const recorded = (response.headers ?? []).map(([name, value]) => [name, fill(value, run)]);
    expect(reply.headers).toEqual([...recorded, ['Connection', 'close']]);
    expect(Buffer.from(reply.body).equals(scenarioBodyBytes(filled(response, run)))).toBe(true);
  }
}

/** Sends a request on a connection of its own and reads until the node closes it. */
function converse(port: number, request: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => resolve(Buffer.concat(chunks)));
    socket.on('error', reject);
  });
}

function fill(text: string, run: string): string {
  return text.replaceAll('{RUN}', run).replaceAll('{AUTH}', AUTHORIZATION);
}

function filled(body: ScenarioBody, run: string): ScenarioBody {
  return body.body_text === undefined ? body : { ...body, body_text: fill(body.body_text, run) };
}
