export { bundleProgram } from './bundle-program.js';
export { type Chunking, type ChunkingOptions, chunkings } from './chunkings.js';
export { freePort } from './free-port.js';
export { fromHex, toHex } from './hex.js';
export { type HotRodExchange, hotRodExchanges } from './hot-rod-exchanges.js';
export {
  type BloomVector,
  type HotRodPrimitives,
  hotRodPrimitives,
  type Murmur3Vector,
  type VLongVector,
} from './hot-rod-primitives.js';
export { type HustDbMessageInfo, type HustDbRecording, hustDbRecordings } from './hust-db-recordings.js';
export {
  type HustDbScenario,
  hustDbScenarios,
  type ScenarioBody,
  type ScenarioStep,
  scenarioBodyBytes,
} from './hust-db-scenarios.js';
export { type JavaClientCapture, javaClientCaptures } from './java-client-captures.js';
export { ManualClock } from './manual-clock.js';
export { watchPeakResident } from './peak-resident.js';
export { readmeOf, runSnippet, type SnippetOutcome, snippetsOf } from './readme-snippets.js';
export { type Rudeness, type RudeServer, startRudeServer } from './rude-server.js';
export { type FinishedProcess, type RunProcessOptions, runProcess } from './run-process.js';
export { type SeededRandom, seededRandom } from './seeded-random.js';
export { type TemporaryFolder, temporaryFolder } from './temporary-folder.js';
export { vectorsDir } from './vectors-dir.js';
