import { type Forwarder, startForwarder } from './forwarder.js';

/** Passes everything on at once, and whatever `port` answers `delayMs` later, in order. */
export function slowForwarder(port: number, delayMs: number): Promise<Forwarder> {
  return startForwarder(port, (caller, behind) => {
    caller.pipe(behind);
    behind.on('data', (chunk) => setTimeout(() => caller.writable && caller.write(chunk), delayMs));
    behind.on('close', () => setTimeout(() => caller.end(), delayMs));
  });
}
