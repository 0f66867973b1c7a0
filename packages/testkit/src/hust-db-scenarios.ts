import { readdirSync, readFileSync } from 'node:fs';
import { vectorsDir } from './vectors-dir.js';

/** A body in one of the ways a scenario file writes it; none of them: empty. */
export interface ScenarioBody {
  body_text?: string;
  body_b64?: string;
  body_parts?: (ScenarioBody & { repeat?: number })[];
}

/** One request of a scenario and the answer recorded from a real system. See the README beside the files. */
export interface ScenarioStep {
  target: 'ha' | 'm1' | 'm2' | 'control';
  control?: string;
  request?: ScenarioBody & { method: string; path: string; headers?: Record<string, string>; http?: string };
  response?: ScenarioBody & {
    status?: number;
    headers?: [string, string][];
    closed?: boolean;
    hang?: boolean;
  };
  compare?: { headers?: string[]; body?: 'exact' | 'ignore' | 'json' | 'json-unordered' | 'json-contains' };
  note?: string;
  reuse?: boolean;
  poll_ms?: number;
}

/** A conversation with a real HustDB HA and its two nodes, to be replayed against another implementation. */
export interface HustDbScenario {
  name: string;
  title: string;
  covers: string[];
  defect?: boolean;
  defect_note?: string;
  slow?: boolean;
  steps: ScenarioStep[];
  /** Folder below `scenarios`, for instance `hash`. */
  folder: string;
}

/** All scenarios, sorted by folder and file name. */
export function hustDbScenarios(): HustDbScenario[] {
  const root = `${vectorsDir}/hustdb-scenarios/scenarios`;
  return readdirSync(root)
    .sort()
    .flatMap((folder) =>
      readdirSync(`${root}/${folder}`)
        .filter((file) => file.endsWith('.json'))
        .sort()
        .map((file) => ({
          ...(JSON.parse(readFileSync(`${root}/${folder}/${file}`, 'utf8')) as Omit<
            HustDbScenario,
            'folder'
          >),
          folder,
        })),
    );
}

/** The bytes of a scenario body; texts are UTF-8. Placeholders such as `{RUN}` are the caller's to fill before. */
export function scenarioBodyBytes(body: ScenarioBody): Uint8Array {
  if (body.body_text !== undefined) {
    return new TextEncoder().encode(body.body_text);
  }
  if (body.body_b64 !== undefined) {
    return new Uint8Array(Buffer.from(body.body_b64, 'base64'));
  }
  const parts = (body.body_parts ?? []).flatMap((part) =>
    Array.from({ length: part.repeat ?? 1 }, () => scenarioBodyBytes(part)),
  );
  return new Uint8Array(Buffer.concat(parts));
}
