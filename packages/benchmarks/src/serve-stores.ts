import { HotRodServer } from '@kvtwin/hotrod-server';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { answerParent } from './answer-parent.js';

/* Run in a process of its own: two embedded Hot Rod servers (argv `hotrod`) or HustDB nodes (`hustdb`); says their URLs. */
const CACHE = 'bench';

async function hotRodStore(): Promise<string> {
  const server = await HotRodServer.listen({ caches: { [CACHE]: {} } });
  return `${server.url}/${CACHE}`;
}

async function hustDbNode(): Promise<string> {
  const node = await HustDbNode.listen();
  return `hustdb://127.0.0.1:${node.port}`;
}

const open = process.argv[2] === 'hotrod' ? hotRodStore : hustDbNode;
answerParent([await open(), await open()]);
