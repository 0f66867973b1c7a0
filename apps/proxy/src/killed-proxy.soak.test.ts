import { bundleProgram, temporaryFolder } from '@kvtwin/testkit';
import { expect, it } from 'vitest';
import { killProxyRepeatedly } from '../test/kill-proxy-repeatedly.js';
import { pairRig } from '../test/pair-rig.js';

it('loses nothing that it acknowledged over 200 kills', async () => {
  await using folder = await temporaryFolder();
  const program = await bundleProgram(new URL('../test/proxy-program.ts', import.meta.url), folder.path);
  const rig = await pairRig();
  try {
    const { problems, intents, acknowledged, conflicts } = await killProxyRepeatedly(rig, program, {
      kills: 200,
      seed: 17,
    });
    console.log(`200 kills: ${acknowledged} writes acknowledged, ${intents} intents, ${conflicts} conflicts`);
    expect(problems).toEqual([]);
    expect(intents).toBeGreaterThan(0);
  } finally {
    await rig.close();
  }
});
