import { HotRodServer } from '@kvtwin/hotrod-server';
import { answerParent } from './bench-process.js';
import { WORKLOAD } from './workload.js';

/* Run in a process of its own: two embedded Hot Rod servers. */
const caches = { [WORKLOAD.cache]: {} };
const servers = [await HotRodServer.listen({ caches }), await HotRodServer.listen({ caches })];
answerParent(servers.map((server) => `${server.url}/${WORKLOAD.cache}`));
