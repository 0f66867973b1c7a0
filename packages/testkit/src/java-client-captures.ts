import { readFileSync } from 'node:fs';
import { fromHex } from './hex.js';
import { vectorsDir } from './vectors-dir.js';

/** What one connection of the Java client sent and got, frame by frame as the sockets handed it over. */
export interface JavaClientCapture {
  readonly capture: string;
  readonly connection: number;
  readonly frames: readonly { readonly from: 'client' | 'server'; readonly bytes: Uint8Array }[];
}

interface Row {
  capture: string;
  connection: number;
  frames: { dir: 'C' | 'S'; hex: string }[];
}

/** Frames of the real Java client, recorded by a proxy between it and the server. */
export function javaClientCaptures(): JavaClientCapture[] {
  const text = readFileSync(`${vectorsDir}/hotrod/java-client-captures.json`, 'utf8');
  return (JSON.parse(text) as Row[]).map(({ capture, connection, frames }) => ({
    capture,
    connection,
    frames: frames.map(({ dir, hex }) => ({ from: dir === 'C' ? 'client' : 'server', bytes: fromHex(hex) })),
  }));
}
