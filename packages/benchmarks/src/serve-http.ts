import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startProxy } from '@kvtwin/proxy';
import { answerParent } from './answer-parent.js';
import { WORKLOAD } from './workload.js';

/* Run in a process of its own: without arguments a bare node:http server, else the proxy over the two sides given. */
const [first, second, filled] = process.argv.slice(2);

if (first === undefined) {
  const body = WORKLOAD.value;
  const headers = ['Content-Type', 'text/plain', 'Content-Length', String(body.length)];
  const server = createServer((_request, response) => {
    response.writeHead(200, headers);
    response.end(body);
  });
  server.listen(0, '127.0.0.1', () => {
    answerParent({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  });
} else {
  const proxy = await startProxy({ first, second, port: 0 });
  const { key, table, value } = WORKLOAD;
  const writes = filled === undefined ? [`/put?key=${key}`, `/hset?tb=${table}&key=${key}`] : [];
  for (const path of writes) {
    const reply = await fetch(proxy.url + path, { method: 'POST', body: value });
    if (!reply.ok) throw new Error(`${path} was answered ${reply.status} ${await reply.text()}`);
  }
  answerParent({ url: proxy.url });
}
