/**
 * The walls of the house as data: docs/ARCHITECTURE.md in a form that a test can hold against the code. A new
 * room or vendor is one line here, and the review of that line is the review of the wall.
 */

export type Room = {
  /** Folder under src/. */
  readonly id: string;
  /** A room imports only rooms of strictly lower layers. */
  readonly layer: number;
  /** Others may import `registry.ts` of this room beside its face. */
  readonly hasRegistry?: true;
};

export const ROOMS: readonly Room[] = [
  { id: 'std', layer: 0 },
  { id: 'catalog', layer: 1 },
  { id: 'http', layer: 2 },
  { id: 'store', layer: 2 },
  { id: 'rules', layer: 2 },
  { id: 'dashboards', layer: 3 },
  { id: 'sandbox', layer: 3 },
  { id: 'exporter/connectors', layer: 3, hasRegistry: true },
  { id: 'exporter/quality', layer: 4 },
  { id: 'exporter/probes', layer: 5, hasRegistry: true },
  { id: 'exporter/scheduler', layer: 6 },
  { id: 'exporter/exposition', layer: 7 },
  { id: 'responder/alerts', layer: 3 },
  { id: 'responder/evidence', layer: 3 },
  { id: 'responder/upstream', layer: 3 },
  { id: 'responder/incidents', layer: 4 },
  { id: 'responder/accounts', layer: 4 },
  { id: 'responder/diagnosis', layer: 5 },
  { id: 'responder/repair', layer: 6 },
  { id: 'responder/notify', layer: 6, hasRegistry: true },
  { id: 'responder/pipeline', layer: 7 },
  { id: 'console', layer: 8 },
  { id: 'report', layer: 8 },
  { id: 'web', layer: 9 },
  { id: 'config', layer: 10 },
  { id: 'app', layer: 11 },
  { id: 'cli', layer: 12 },
];

/** Which rooms may import a package. A package that is not listed may be imported nowhere. */
export const VENDORS: Readonly<Record<string, readonly string[]>> = {
  pino: ['std'],
  axios: ['http'],
  kysely: ['store'],
  pg: ['store'],
  mysql2: ['store'],
  '@duckdb/node-api': ['store'],
  'js-yaml': ['rules', 'config'],
  '@grafana/grafana-foundation-sdk': ['dashboards'],
  selfsigned: ['sandbox'],
  'libphonenumber-js': ['exporter/quality'],
  'csv-parse': ['responder/diagnosis'],
  'prom-client': ['exporter/exposition'],
  nodemailer: ['responder/notify'],
  express: ['web'],
  helmet: ['web'],
  zod: ['web'],
  'openid-client': ['web'],
  '@node-rs/bcrypt': ['web'],
  'htmx.org': ['console', 'web', 'app'],
  'htmx-ext-sse': ['console', 'web', 'app'],
  idiomorph: ['console', 'web', 'app'],
};

const FILE_ROOMS = ['store', 'config', 'responder/evidence', 'app', 'cli'];
const SOCKET_ROOMS = ['http', 'sandbox', 'web', 'app'];

/**
 * Modules of Node that reach outside the process, and the rooms that may. Modules that are not listed compute
 * only, and are free.
 */
export const BUILTINS: Readonly<Record<string, readonly string[]>> = {
  'node:fs': FILE_ROOMS,
  'node:fs/promises': FILE_ROOMS,
  'node:sqlite': ['store'],
  'node:http': SOCKET_ROOMS,
  'node:https': SOCKET_ROOMS,
  'node:http2': SOCKET_ROOMS,
  'node:net': SOCKET_ROOMS,
  'node:tls': SOCKET_ROOMS,
  'node:dns': SOCKET_ROOMS,
  'node:dns/promises': SOCKET_ROOMS,
  'node:dgram': SOCKET_ROOMS,
  'node:child_process': ['app', 'cli'],
  'node:worker_threads': ['store', 'app'],
  // For the compile cache alone: calls of createRequire are hidden imports, which no room may have.
  'node:module': ['cli'],
  'node:vm': [],
};
