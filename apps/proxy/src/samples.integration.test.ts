import { readFileSync, writeFileSync } from 'node:fs';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { COMMANDS, type CommandDefinition } from '@kvtwin/hustdb-protocol';
import { expect, it } from 'vitest';
import { ask } from '../test/raw-http.js';
import { startProxy } from './start-proxy.js';

const path = new URL('../../../docs/hustdb/samples.md', import.meta.url);
/** `KVTWIN_WRITE_SAMPLES=1` writes the answers into the document instead of comparing them. */
const writes = process.env.KVTWIN_WRITE_SAMPLES === '1';

const CURL = /^\$ curl -i -X ([A-Z]+) "http:\/\/localhost:(\d+)([^"]*)"(?: -d "([^"]*)")?$/;

/** The bytes that curl sends for such a line. */
function curl(line: string): { port: string; target: string; bytes: Buffer } {
  const match = CURL.exec(line);
  if (match === null) throw new Error(`no sample reads so: ${line}`);
  const [, method, port, target, data] = match as unknown as [string, string, string, string, string?];
  const head = [
    `${method} ${target} HTTP/1.1`,
    `Host: localhost:${port}`,
    'User-Agent: curl/8.5.0',
    'Accept: */*',
  ];
  const body = Buffer.from(data ?? '');
  if (data !== undefined) {
    head.push(`Content-Length: ${body.length}`, 'Content-Type: application/x-www-form-urlencoded');
  }
  return { port, target, bytes: Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]) };
}

it('shows what the proxy answers to each sample of the HustDB documents', async () => {
  const nodes = [await HustDbNode.listen(), await HustDbNode.listen()] as const;
  const [first, second] = nodes.map(({ port }) => `hustdb://127.0.0.1:${port}`);
  // The sum of the one counter is not brought to the second side while the samples are asked.
  const proxy = await startProxy({ first, second, port: 0, sumCopyDelayMs: 3_600_000 });
  const ports: Record<string, number> = { 8082: proxy.port, 8085: nodes[0].port, 8087: nodes[1].port };
  /** What differs in each run, and the ports, as the document has them. */
  const steady = (answer: string): string => {
    const [head = '', body = ''] = answer
      .replaceAll(`127.0.0.1:${nodes[0].port}`, '127.0.0.1:8085')
      .replaceAll(`127.0.0.1:${nodes[1].port}`, '127.0.0.1:8087')
      .split(/\r\n\r\n(.*)/s);
    return `${head
      .replace(/^(Date|X-Request-Id|Server-Timing): .*$/gm, '$1: …')
      .replace(/^Content-Length: .*$/m, `Content-Length: ${body.length}`)
      .replaceAll('\r', '')}\n\n${body}`.trimEnd();
  };

  const documented = readFileSync(path, 'utf8');
  const paths = new Set<string>();
  const shown: string[] = [];
  let inAnswer = false;
  for (const line of documented.trimEnd().split('\n')) {
    if (line.startsWith('$ ')) {
      const { port, target, bytes } = curl(line);
      if (inAnswer) shown.push('');
      shown.push(line, steady((await ask(ports[port]!, bytes))!.bytes.toString()));
      if (port === '8082') paths.add(target.split('?')[0]!);
      inAnswer = true;
      continue;
    }
    if (inAnswer && line !== '```') continue;
    inAnswer = false;
    shown.push(line);
  }
  await proxy.close();
  await Promise.all(nodes.map((node) => node.close()));
  const text = `${shown.join('\n')}\n`;
  if (writes) writeFileSync(path, text);
  else expect(text).toBe(documented);
  const known = Object.values(COMMANDS).flatMap(({ ha }: CommandDefinition<object>) => (ha ? [ha.path] : []));
  expect(known.filter((one) => !paths.has(one))).toEqual([]);
});
