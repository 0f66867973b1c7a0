const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** A duration as people say it: `51m`, `2h 5m`, `350ms`; at most two units. */
export function formatDuration(ms: number): string {
  const rounded = Math.round(ms);
  if (rounded < 0) return `-${formatDuration(-rounded)}`;
  if (!Number.isFinite(rounded)) return 'for ever';
  const first = units.findIndex(([, unitMs]) => rounded >= unitMs);
  if (first < 0) return `${rounded}ms`;
  const [name, unitMs] = units[first]!;
  const text = `${Math.floor(rounded / unitMs)}${name}`;
  const smaller = units[first + 1];
  if (smaller === undefined) return text;
  const rest = Math.floor((rounded % unitMs) / smaller[1]);
  return rest === 0 ? text : `${text} ${rest}${smaller[0]}`;
}
