import type {
  ProbeHistoryView,
  IncidentDetailView,
  IncidentSummaryView,
  PageContext,
  StatisticsView,
  TargetStatusView,
} from '../../src/console/console.ts';

const MINUTE_MS = 60_000;

export const SAMPLE_NOW_MS: number = Date.UTC(2026, 10, 23, 3, 14, 20);

export function samplePageContext(nowMs: number = SAMPLE_NOW_MS): PageContext {
  return {
    nowMs,
    actor: 'Mia Berg',
    role: 'admin',
    means: 'open',
    signedIn: false,
    formToken: 'sample-form-token',
    version: '0.1.0',
  };
}

export function sampleStatistics(nowMs: number = SAMPLE_NOW_MS): StatisticsView {
  return {
    open: 4,
    critical: 2,
    unacknowledged: 2,
    unconfirmed: 1,
    resolvedLastDay: 3,
    quarantined: 0,
    activeWindows: 0,
    flappingAlerts: 0,
    targets: ['sales-tryton', 'sandbox', 'support-desk', 'warehouse-sql'],
    pipe: { state: 'alive', lastSeenAtMs: nowMs - 42_000, limitSeconds: 180 },
  };
}

export function sampleSummary(
  overrides: Partial<IncidentSummaryView> = {},
  nowMs: number = SAMPLE_NOW_MS,
): IncidentSummaryView {
  return {
    id: 'inc_019aaf1c20e03f1b77c2d4',
    target: 'sales-tryton',
    title: 'Probe login of sales-tryton fails, and 2 more',
    severity: 'critical',
    phase: 'repairing',
    recovery: 'none',
    diagnosis: { answer: 'database', probability: 0.934, corrected: false },
    component: 'PostgreSQL behind sales-tryton',
    openedAtMs: nowMs - 12 * MINUTE_MS,
    updatedAtMs: nowMs - 2 * MINUTE_MS,
    resolvedAtMs: null,
    acknowledged: null,
    firingAlerts: 3,
    totalAlerts: 4,
    unconfirmedBecause: [],
    muted: [],
    pagesHeld: [],
    timesReopened: 0,
    mergedInto: null,
    compacted: null,
    sequence: 9,
    ...overrides,
  };
}

export function sampleSummaries(nowMs: number = SAMPLE_NOW_MS): readonly IncidentSummaryView[] {
  return [
    sampleSummary({}, nowMs),
    sampleSummary(
      {
        id: 'inc_019aaf0b11aa02c9e1f0aa',
        target: 'support-desk',
        title: 'Many failed logins at support-desk',
        severity: 'critical',
        phase: 'localised',
        diagnosis: { answer: 'security_intrusion', probability: 0.88, corrected: false },
        component: 'login endpoint',
        openedAtMs: nowMs - 41 * MINUTE_MS,
        acknowledged: { by: 'Jonas Falk', atMs: nowMs - 33 * MINUTE_MS },
        firingAlerts: 1,
        totalAlerts: 1,
      },
      nowMs,
    ),
    sampleSummary(
      {
        id: 'inc_019aae1f9921d0b3c4a511',
        target: 'warehouse-sql',
        title: 'Duplicate customers in warehouse-sql',
        severity: 'warning',
        phase: 'verifying',
        recovery: 'unconfirmed',
        diagnosis: { answer: 'data_quality_import', probability: null, corrected: true },
        component: 'customers.email',
        openedAtMs: nowMs - 7 * 60 * MINUTE_MS,
        acknowledged: { by: 'Mia Berg', atMs: nowMs - 6 * 60 * MINUTE_MS },
        firingAlerts: 0,
        totalAlerts: 2,
      },
      nowMs,
    ),
    sampleSummary(
      {
        id: 'inc_019aae00aa10d0b3c4a520',
        target: null,
        title: 'Notifications by mail fail',
        severity: 'warning',
        phase: 'reported',
        diagnosis: null,
        component: null,
        openedAtMs: nowMs - 50_000,
        firingAlerts: 1,
        totalAlerts: 1,
        timesReopened: 1,
      },
      nowMs,
    ),
  ];
}

function sampleAlerts(nowMs: number): IncidentDetailView['alerts'] {
  const base = {
    severity: 'critical',
    status: 'firing',
    endsAtMs: null,
    runbookUrl: 'https://crm.example.com/docs/runbooks/CrmLoginFailed.md',
    sourceUrl: 'http://127.0.0.1:9090/graph?g0.expr=crm_probe_success',
    joinedBecause: 'it is about sales-tryton',
  } as const;
  return [
    {
      ...base,
      id: '00000000000000000000000000000001',
      fingerprint: 'a1b2c3d4e5f60718',
      name: 'CrmLoginFailed',
      summary: 'The monitoring identity cannot log in to sales-tryton',
      startsAtMs: nowMs - 13 * MINUTE_MS,
      labels: { target: 'sales-tryton', probe: 'login', reason: 'database_unavailable' },
    },
    {
      ...base,
      id: '00000000000000000000000000000002',
      fingerprint: 'b1b2c3d4e5f60719',
      name: 'CrmProbeFailed',
      severity: 'warning',
      summary: 'Probe data_quality of sales-tryton fails',
      startsAtMs: nowMs - 11 * MINUTE_MS,
      labels: { target: 'sales-tryton', probe: 'data_quality', reason: 'database_unavailable' },
    },
    {
      ...base,
      id: '00000000000000000000000000000003',
      fingerprint: 'c1b2c3d4e5f60720',
      name: 'CrmApiSlow',
      severity: 'warning',
      status: 'resolved',
      summary: 'API of sales-tryton is slow',
      startsAtMs: nowMs - 14 * MINUTE_MS,
      endsAtMs: nowMs - 9 * MINUTE_MS,
      labels: { target: 'sales-tryton', call: 'representative' },
    },
  ];
}

function sampleTimeline(openedAtMs: number): IncidentDetailView['timeline'] {
  const rows: readonly [number, string, string, string][] = [
    [
      0,
      'alert_fired',
      'alertmanager',
      'CrmApiSlow fires (warning): representative call takes 4.8 s',
    ],
    [62, 'alert_fired', 'alertmanager', 'CrmLoginFailed fires (critical): database_unavailable'],
    [64, 'diagnosed', 'crmwatch', 'Database trouble, 93 % (model 2026-11-20)'],
    [64, 'localised', 'crmwatch', 'PostgreSQL behind sales-tryton'],
    [65, 'repair_suggested', 'crmwatch', 'Runbook for database failures, 4 steps'],
    [125, 'alert_fired', 'alertmanager', 'CrmProbeFailed fires (warning): data_quality'],
    [
      188,
      'commented',
      'Jonas Falk',
      'Disk of db-2 is full: 100 % of /var/lib/postgresql.\nMoving old WAL files away now.',
    ],
    [310, 'alert_resolved', 'alertmanager', 'CrmApiSlow stopped firing'],
    [
      330,
      'verification_failed',
      'crmwatch',
      'Fresh run of login still fails: database_unavailable',
    ],
  ];
  return rows.map(([seconds, kind, actor, text], index) => ({
    id: index + 1,
    atMs: openedAtMs + seconds * 1000,
    kind,
    actor,
    text,
  }));
}

/** An incident as it looks in the middle of the night: diagnosed, not acknowledged, one check failed. */
export function sampleDetail(
  overrides: Partial<IncidentDetailView> = {},
  nowMs: number = SAMPLE_NOW_MS,
): IncidentDetailView {
  const openedAtMs = nowMs - 12 * MINUTE_MS;
  return {
    ...sampleSummary({}, nowMs),
    phaseTimes: {
      reported: openedAtMs,
      diagnosed: openedAtMs + 64_000,
      localised: openedAtMs + 64_000,
      repairing: openedAtMs + 65_000,
    },
    modelDiagnosis: {
      answer: 'database',
      probability: 0.934,
      also: [],
      alternatives: [
        { answer: 'service_outage', probability: 0.041 },
        { answer: 'background_jobs', probability: 0.014 },
        { answer: 'network', probability: 0.007 },
      ],
      terms: [
        {
          text: 'Probes failing with database_unavailable: 3 of 7',
          contribution: 3.42,
          link: null,
        },
        { text: 'The login probe fails', contribution: 1.18, link: 'http://127.0.0.1:9090/graph' },
        { text: 'TCP connects in 2 ms, as before', contribution: 0.86, link: null },
        { text: 'HTTP phase 9 times slower than its baseline', contribution: 0.41, link: null },
        { text: 'No probe timed out', contribution: -0.22, link: null },
        { text: 'Reachability passes', contribution: -0.64, link: null },
      ],
      rival: {
        answer: 'service_outage',
        terms: [
          { text: 'Reachability passes', contribution: 2.1, link: 'http://127.0.0.1:9090/graph' },
          { text: 'The login probe fails', contribution: -0.3, link: null },
        ],
      },
      suspects: [
        {
          component: 'PostgreSQL behind sales-tryton',
          score: 0.91,
          why: 'all probes that need the database fail, the others pass',
        },
        { component: 'Tryton worker', score: 0.06, why: 'background jobs cannot be read' },
      ],
      model: 'crmwatch-2026-11-20',
      challenger: { answer: 'network', model: 'own-labels-of-May' },
      madeAtMs: openedAtMs + 64_000,
      whyUnknown: null,
      evidence: [
        'login fails: database_unavailable',
        'reachability passes in 18 ms',
        'No data about second factors',
      ],
    },
    correction: null,
    alerts: sampleAlerts(nowMs),
    merged: [],
    splitFrom: null,
    verifications: [
      {
        alert: 'CrmLoginFailed',
        probe: 'login',
        outcome: 'failed',
        detail: 'database_unavailable',
        atMs: openedAtMs + 330_000,
      },
      {
        alert: 'CrmApiSlow',
        probe: 'api_latency',
        outcome: 'passed',
        detail: '0.21 s, limit 4 s',
        atMs: openedAtMs + 330_000,
      },
    ],
    plan: {
      title: 'bring the database back',
      steps: [
        {
          text: 'See whether the database accepts connections.',
          command: 'pg_isready -h db-2 -p 5432',
          link: null,
        },
        {
          text: 'Look for a full disk and for locks that are held for long.',
          command: 'df -h /var/lib/postgresql',
          link: null,
        },
        {
          text: 'Read the end of the log of the database.',
          command: null,
          link: 'https://crm.example.com/docs/runbooks/CrmLoginFailed.md',
        },
        { text: 'Restart the CRM only after the database answers.', command: null, link: null },
      ],
      avoid: ['Restarting the database before its log was saved.'],
    },
    timeline: sampleTimeline(openedAtMs),
    ...overrides,
  };
}

export const SAMPLE_REVIEW = `# Review of inc_019aaf1c20e03f1b77c2d4: Probe login of sales-tryton fails

- About: sales-tryton
- Severity: critical
- Phase: repairing, recovery open

## Times

| To | Time |
| --- | --- |
| detect | 58 s |
| diagnose | 1 min 4 s |
| acknowledge | not |

## Cause

Diagnosis: **Database trouble**, probability 93 % (model \`crmwatch-2026-11-20\`).

## Actions

1. 03:05:28 UTC: Jonas Falk wrote a comment

## Timeline

| Time | Who | What | Phase |
| --- | --- | --- | --- |
| 2026-11-23 03:02:20 UTC | alertmanager | CrmApiSlow fires | reported |
| 2026-11-23 03:03:24 UTC | crmwatch | Database trouble, 93 % | diagnosed |
`;

export function sampleTargets(nowMs: number = SAMPLE_NOW_MS): readonly TargetStatusView[] {
  const passed = {
    state: 'passed',
    reason: null,
    lastRunAtMs: nowMs - 8000,
    durationSeconds: 0.042,
  } as const;
  return [
    {
      target: 'sandbox',
      platform: 'rest',
      probes: [
        { probe: 'reachability', ...passed },
        { probe: 'login', ...passed, state: 'failed_hard', reason: 'authentication' },
        {
          probe: 'api_quota',
          ...passed,
          state: 'failed_soft',
          reason: 'timeout',
          durationSeconds: 5,
        },
        {
          probe: 'accounts',
          state: 'pending',
          reason: null,
          lastRunAtMs: null,
          durationSeconds: null,
        },
      ],
    },
    {
      target: 'warehouse-sql',
      platform: 'sql',
      probes: [{ probe: 'data_quality', ...passed, state: 'unsupported' }],
    },
  ];
}

export function sampleHistory(nowMs: number): readonly ProbeHistoryView[] {
  const entry = { target: 'sandbox', probe: 'login', durationSeconds: 0.25 };
  return [
    { ...entry, id: 'abc', startedAtMs: nowMs - 1000, reason: 'authentication' },
    { ...entry, id: 'def', startedAtMs: nowMs - 61_000, reason: null },
  ];
}
