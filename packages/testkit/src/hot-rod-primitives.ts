import { readFileSync } from 'node:fs';
import { vectorsDir } from './vectors-dir.js';

/** `strict_reader`: what a reader that refuses a sixth (vLong: eleventh) byte makes of the bytes. */
export interface VLongVector {
  value: string;
  hex: string;
  strict_reader?: string;
}

/** A key with its hash and its segment for several segment counts. `h1` and `h2` are 64-bit hex. */
export interface Murmur3Vector {
  utf8?: string;
  key_hex: string;
  h1: string;
  h2: string;
  hash32: number;
  hash32_hex: string;
  normalized: number;
  segment: Record<string, number>;
}

/** A key in a bloom filter of `bits` bits: its hash under each of three seeds, and the bits that it sets. */
export interface BloomVector {
  key_utf8: string;
  bits: number;
  hashes_seed_239_1847_2719: number[];
  bit_positions: number[];
  bitset_hex: string;
}

/** The members of `primitives.json`, as computed by the classes of Infinispan. */
export interface HotRodPrimitives {
  vint: { value: number; hex: string }[];
  vlong: VLongVector[];
  signed_vint: { value: number; zigzag_u32: number; hex: string }[];
  segment_size: { num_segments: number; segment_size: number }[];
  murmur3: Murmur3Vector[];
  murmur3_int: { int: number; hash32: number }[];
  bloom: BloomVector[];
  bitset: { segments: number[]; bitset_hex: string }[];
  media_type_ids: Record<string, string>;
}

/** Reads `primitives.json`. */
export function hotRodPrimitives(): HotRodPrimitives {
  return JSON.parse(readFileSync(`${vectorsDir}/hotrod/primitives.json`, 'utf8')) as HotRodPrimitives;
}
