/** Which part of the project may import which. `make lint` checks it. */

/** The rooms that each room may import besides itself. Tests, `testing`, `e2e` and `bench` may import any. */
const ROOMS = {
  model: [],
  simulator: ['model'],
  kubernetes: ['model'],
  scheduler: ['model'],
  api: ['kubernetes', 'model', 'scheduler'],
  operator: ['kubernetes', 'model', 'scheduler'],
  web: ['model'],
  cli: ['model'],
  launcher: ['model'],
  charts: ['model'],
  // The settings page is generated from the settings of each process.
  scripts: ['api', 'charts', 'cli', 'launcher', 'model', 'operator', 'scheduler', 'simulator'],
};
const ANY_ROOM = `^(${[...Object.keys(ROOMS), 'testing', 'e2e', 'bench'].join('|')})/`;

export default {
  forbidden: [
    {
      name: 'no-circular-files',
      comment: 'Files that import each other can only be understood together: move what both need to a third file.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-circular-folders',
      comment:
        'A folder uses another or is used by it, never both: move a type or a function. A subfolder belongs to its folder.',
      scope: 'folder',
      severity: 'error',
      from: { path: '/src/' },
      to: { path: '/src/', circular: true },
    },
    ...Object.entries(ROOMS).map(([room, others]) => ({
      name: `imports-of-${room}`,
      comment: `${room} imports ${others.join(' and ') || 'no other room'}.`,
      severity: 'error',
      from: { path: `^${room}/` },
      to: { path: ANY_ROOM, pathNot: `^(${[room, ...others].join('|')})/` },
    })),
  ],
  options: {
    // Imports of types count as well.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '\\.test\\.ts$|^[^/]+/test/|/dist/' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
