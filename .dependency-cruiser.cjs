/**
 * The arrows of ARCHITECTURE.md: what a package may import. Never up, never sideways, no cycles.
 * Tests may import `testkit` and `store-compliance` from anywhere.
 */
const may = {
  bytes: [],
  journal: [],
  'versioned-value': ['bytes'],
  'hotrod-protocol': ['bytes', 'versioned-value'],
  'hustdb-protocol': ['bytes', 'versioned-value'],
  'hotrod-client': ['bytes', 'versioned-value', 'hotrod-protocol'],
  'hotrod-server': ['bytes', 'versioned-value', 'hotrod-protocol'],
  'hustdb-client': ['bytes', 'versioned-value', 'hustdb-protocol'],
  'hustdb-node': ['bytes', 'versioned-value', 'hustdb-protocol', 'journal'],
  'replica-pair': ['bytes', 'versioned-value'],
  reconcile: ['bytes', 'versioned-value', 'replica-pair', 'journal'],
};

const isTest = '(\\.test\\.ts|\\.bench\\.ts|/test/)';

const arrows = Object.entries(may).map(([name, below]) => ({
  name: `arrow-${name}`,
  comment: `@kvtwin/${name} may import only: ${below.join(', ') || 'nothing of ours'}`,
  severity: 'error',
  from: { path: `^packages/${name}/src`, pathNot: isTest },
  to: { path: '^(packages|apps)/', pathNot: `^packages/(${[name, ...below].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...arrows,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'test-tools-only-in-tests',
      severity: 'error',
      from: {
        path: '^(packages|apps)/',
        pathNot: [isTest, '^packages/(testkit|store-compliance|conformance|benchmarks)/'],
      },
      to: { path: '^packages/(testkit|store-compliance|conformance|benchmarks)/' },
    },
    {
      name: 'packages-do-not-import-apps',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/(conformance|benchmarks)/' },
      to: { path: '^apps/' },
    },
    {
      name: 'proxy-does-not-import-cli',
      severity: 'error',
      from: { path: '^apps/proxy/' },
      to: { path: '^apps/cli/' },
    },
    {
      name: 'no-sockets-below-clients-and-servers',
      comment: 'Codec, model, protocols, pair and jobs are handed their transport.',
      severity: 'error',
      from: {
        path: '^packages/(bytes|versioned-value|hotrod-protocol|hustdb-protocol|replica-pair|reconcile)/src',
        pathNot: isTest,
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'not-resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|vectors|node_modules)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@kvtwin/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
