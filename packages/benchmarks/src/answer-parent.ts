import { startProfile } from './self-times.js';

/**
 * Called in a server's process: tells the parent that it is ready, and from then on what it asks for: the CPU time used so
 * far, or a profile of what lies between two of its messages. Ends with the parent.
 */
export function answerParent(ready: unknown): void {
  let stop: ReturnType<typeof startProfile> | undefined;
  const answer = async (order: unknown): Promise<unknown> => {
    if (order === 'profile') {
      stop = startProfile();
      await stop;
      return 'profiling';
    }
    if (order === 'profiled') return (await stop)?.();
    const { user, system } = process.cpuUsage();
    return user + system;
  };
  process.on('message', (order) => void answer(order).then((said) => process.send?.(said)));
  process.once('disconnect', () => process.exit(0));
  process.send?.(ready);
}
