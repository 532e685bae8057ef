import type { Evidence } from '../evidence/evidence.ts';
import type { Component } from './components.ts';
import type { CallGraph } from './localisation/localisation.ts';

/** Where a suspect is. */
export type Place = {
  readonly target: string;
  readonly component: Component;
  /** Whether probes fail because of it. */
  readonly fails: boolean;
};

type Kind = Exclude<Component, `${'data' | 'plugin'}:${string}`> | 'data' | 'plugin';

/** What the parts of one CRM, and of the way to it, need of one another. */
const CALLS: Readonly<Record<Kind, readonly Kind[]>> = {
  network: [],
  service: ['network'],
  tls: ['service', 'network'],
  authentication: ['database', 'tls', 'service', 'network'],
  permissions: ['accounts'],
  api: ['database', 'quota', 'tls', 'service', 'network'],
  quota: [],
  database: [],
  jobs: ['database'],
  accounts: [],
  monitoring: [],
  data: ['jobs', 'database'],
  plugin: [],
};

const SERVING: readonly Kind[] = [
  'network',
  'service',
  'tls',
  'authentication',
  'permissions',
  'api',
  'quota',
  'database',
  // What plugins look at, such as the disk of the machine that the CRM runs on.
  'plugin',
];

/**
 * What the parts of one CRM need of a target that it depends on. A request that takes too long is laid to the network
 * (see components.ts), and may as well have waited for another target.
 */
const CALLS_ELSEWHERE: Readonly<Record<Kind, readonly Kind[]>> = {
  network: SERVING,
  service: [],
  tls: [],
  authentication: SERVING,
  permissions: [],
  api: SERVING,
  quota: [],
  database: SERVING,
  jobs: [...SERVING, 'jobs'],
  accounts: [],
  monitoring: [],
  data: [...SERVING, 'jobs', 'data'],
  plugin: SERVING,
};

function kindOf(component: Component): Kind {
  return component.replace(/:.*/s, '') as Kind;
}

/** Both names may hold any character, so their pair is written as JSON. */
export function placeName({ target, component }: Omit<Place, 'fails'>): string {
  return JSON.stringify([target, component]);
}

/** All that a target depends on, directly or not. */
function reachable(dependsOn: ReadonlyMap<string, readonly string[]>, from: string): Set<string> {
  const found = new Set<string>();
  const waiting = [from];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    for (const needed of dependsOn.get(name) ?? []) {
      if (found.has(needed) || needed === from) continue;
      found.add(needed);
      waiting.push(needed);
    }
  }
  return found;
}

/**
 * Which of these places call which: within a target as its parts do, and across targets as was declared. Failures of one
 * target have an order of their own, in which a request meets them, which the graph does not touch.
 */
export function callGraphOf(evidence: Evidence, places: readonly Place[]): CallGraph {
  const dependsOn = new Map([
    [evidence.target, evidence.dependsOn] as const,
    ...evidence.related.map((one) => [one.target, one.dependsOn] as const),
  ]);
  const targets = new Set(places.map(({ target }) => target));
  const needs = new Map([...targets].map((target) => [target, reachable(dependsOn, target)]));
  return new Map(
    places.map((caller) => {
      const kind = kindOf(caller.component);
      const callees = places.filter((callee) => {
        if (callee.target === caller.target) {
          return !(caller.fails && callee.fails) && CALLS[kind].includes(kindOf(callee.component));
        }
        const isNeeded = needs.get(caller.target)?.has(callee.target) === true;
        return isNeeded && CALLS_ELSEWHERE[kind].includes(kindOf(callee.component));
      });
      return [placeName(caller), callees.map(placeName)];
    }),
  );
}
