/** `program.mjs JSON`: a node with these options, as a process of its own; prints its port. */
import { HustDbNode } from '../src/index.js';

const node = await HustDbNode.listen(JSON.parse(process.argv[2]!));
process.stdout.write(`${node.port}\n`);
