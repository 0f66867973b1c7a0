export { assembleInfinispan } from './infinispan-assembly.js';
export {
  type InfinispanOptions,
  type InfinispanServer,
  type ServerConfiguration,
  startInfinispan,
} from './infinispan-server.js';
export { findJava, findMaven, MissingJavaToolsError } from './java-tools.js';
