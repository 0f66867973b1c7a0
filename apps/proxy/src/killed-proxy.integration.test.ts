import { bundleProgram, type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killProxyRepeatedly } from '../test/kill-proxy-repeatedly.js';
import { pairRig } from '../test/pair-rig.js';

describe('a proxy that is killed under load, while a side is stopped and started', () => {
  let folder: TemporaryFolder;
  let program: string;
  beforeAll(async () => {
    folder = await temporaryFolder();
    program = await bundleProgram(new URL('../test/proxy-program.ts', import.meta.url), folder.path);
  }, 120_000);
  afterAll(() => folder.remove());

  it('loses nothing that it acknowledged, and leaves both sides the same', async () => {
    const rig = await pairRig();
    try {
      const { problems, intents } = await killProxyRepeatedly(rig, program, { kills: 8, seed: 5 });
      expect(problems).toEqual([]);
      expect(intents).toBeGreaterThan(0);
    } finally {
      await rig.close();
    }
  }, 120_000);
});
