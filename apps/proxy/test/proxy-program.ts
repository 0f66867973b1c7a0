/** `program.mjs JSON`: a proxy with these options, as a process of its own; prints its URL. */
import { startProxy } from '../src/index.js';

const proxy = await startProxy(JSON.parse(process.argv[2]!));
process.stdout.write(`${proxy.url}\n`);
