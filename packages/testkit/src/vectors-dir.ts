import { fileURLToPath } from 'node:url';

/** Absolute path of the recorded bytes: `hotrod`, `hustdb`, `hustdb-scenarios`. No trailing slash. */
export const vectorsDir: string = fileURLToPath(new URL('../vectors', import.meta.url));
