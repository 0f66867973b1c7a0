/** A stored signed 64-bit decimal; undefined where the value is none. */
export function integerOf(value: Uint8Array): bigint | undefined {
  if (value.length > 20) return undefined;
  const text = new TextDecoder('latin1').decode(value);
  if (!/^-?\d+$/.test(text)) return undefined;
  const number = BigInt(text);
  return number === BigInt.asIntN(64, number) ? number : undefined;
}
