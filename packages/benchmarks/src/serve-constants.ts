import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { answerParent } from './answer-parent.js';
import { StubConnection } from './stub-connection.js';

/* Run in a process of its own: what native/constant-server.c does, for machines without a C compiler. */
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nVersion: 1\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n${'v'.repeat(100)}`,
);

/** Any GET is answered alike; requests are told apart by the empty line behind their heads. */
function serveHttp(socket: Socket): void {
  let begun = '';
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    const heads = (begun + chunk.toString('latin1')).split('\r\n\r\n');
    begun = heads.pop() ?? '';
    if (heads.length === 1) socket.write(answer);
    else if (heads.length > 1) socket.write(Buffer.concat(heads.map(() => answer)));
  });
}

async function listen(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const port = await listen((socket) => void new StubConnection(socket));
answerParent({ port, httpPort: await listen(serveHttp) });
