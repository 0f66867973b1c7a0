import { join } from 'node:path';
import { temporaryFolder } from '@kvtwin/testkit';
import { startInProcess } from './recording-io.js';

/** Every command is loaded from its sources, on a machine that may be busy. */
export const demoStartLimitMs = 60_000;

/** `kvtwin demo` on free ports, and a folder of its own for its configuration and jobs. */
export interface DemoAtWork {
  /** Path of the folder. */
  readonly folder: string;
  /** For the commands that are to find it. */
  readonly env: Record<string, string>;
  stop(): Promise<void>;
}

/** Starts one and resolves once it serves. */
export async function startDemoAtWork(): Promise<DemoAtWork> {
  const folder = await temporaryFolder();
  const env = {
    KVTWIN_CONFIG: join(folder.path, 'config'),
    KVTWIN_STATE: join(folder.path, 'state'),
    NO_COLOR: '1',
  };
  const demo = await startInProcess(['demo', '--port', '0'], env);
  return {
    folder: folder.path,
    env,
    stop: async () => {
      await demo.stop();
      await folder.remove();
    },
  };
}
