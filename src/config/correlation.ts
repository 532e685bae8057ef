import { decode } from '../std/std.ts';
import type { Decoder } from '../std/std.ts';
import { nameDecoder, uniquelyNamed } from './common.ts';

export type DependencyConfig = { readonly name: string; readonly dependsOn: readonly string[] };
export type CorrelationConfig = {
  readonly dependencyWithinMs: number;
  readonly rules: readonly { readonly labels: readonly string[]; readonly withinMs: number }[];
};

export const DEFAULT_CORRELATION: CorrelationConfig = { dependencyWithinMs: 300_000, rules: [] };

const within = decode.duration({ minimumMs: 1000, maximumMs: 86_400_000 });
const labelName = decode.text({
  pattern: /^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/,
  meaning: 'a name of a label, such as cluster',
});

const dependency: Decoder<DependencyConfig> = decode.transform(
  decode.object({
    name: decode.required(
      nameDecoder(),
      'a target, or a component that alerts name as their target',
    ),
    depends_on: decode.withDefault(
      decode.list(nameDecoder(), { maximumLength: 100 }),
      [],
      'targets and components that it cannot work without',
      '[]',
    ),
  }),
  ({ name, depends_on: dependsOn }) => ({ name, dependsOn }),
);

/** Refuses cycles; names that nobody knows are refused where the targets are known. */
export const dependenciesDecoder: Decoder<readonly DependencyConfig[]> = decode.refine(
  uniquelyNamed(decode.list(dependency, { maximumLength: 1000 }), 'dependency'),
  (dependencies) => {
    const cycle = findCycle(dependencies);
    if (cycle === undefined) return undefined;
    const index = dependencies.findIndex(({ name }) => name === cycle[0]);
    return {
      at: `[${index}].depends_on`,
      message: `${cycle.join(' depends on ')}, which is a cycle`,
      remedy: 'take out the one of these that does not hold',
    };
  },
);

export const correlationDecoder: Decoder<CorrelationConfig> = decode.transform(
  decode.object({
    dependency_within: decode.withDefault(
      within,
      DEFAULT_CORRELATION.dependencyWithinMs,
      'an incident takes in alerts of those that depend on its target for so long after its beginning',
      '5m',
    ),
    rules: decode.withDefault(
      decode.list(
        decode.object({
          labels: decode.required(
            decode.list(labelName, { minimumLength: 1, maximumLength: 10 }),
            'alerts with the same values of all these labels belong together',
          ),
          within: decode.required(within, 'for so long after the incident began'),
        }),
        { maximumLength: 20 },
      ),
      [],
      'labels by which alerts of different targets join one incident; the first rule that fits is taken',
      '[]',
    ),
  }),
  ({ dependency_within: dependencyWithinMs, rules }) => ({
    dependencyWithinMs,
    rules: rules.map((rule) => ({ labels: rule.labels, withinMs: rule.within })),
  }),
);

/** The names along a cycle, the first of them again at its end. */
function findCycle(dependencies: readonly DependencyConfig[]): readonly string[] | undefined {
  const next = new Map(dependencies.map(({ name, dependsOn }) => [name, dependsOn]));
  const sound = new Set<string>();
  const path: string[] = [];
  function visit(name: string): readonly string[] | undefined {
    const start = path.indexOf(name);
    if (start !== -1) return [...path.slice(start), name];
    if (sound.has(name)) return undefined;
    path.push(name);
    for (const needed of next.get(name) ?? []) {
      const cycle = visit(needed);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    sound.add(name);
    return undefined;
  }
  for (const { name } of dependencies) {
    const cycle = visit(name);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Of a whole configuration: a name in `depends_on` that is neither a target nor in the list itself. */
export function findUnknownDependency(
  dependencies: readonly DependencyConfig[],
  targets: readonly string[],
): { at: string; message: string; remedy: string } | undefined {
  const known = new Set([...targets, ...dependencies.map(({ name }) => name)]);
  for (const [index, { name, dependsOn }] of dependencies.entries()) {
    const place = dependsOn.findIndex((needed) => !known.has(needed));
    if (place === -1) continue;
    return {
      at: `responder.dependencies[${index}].depends_on[${place}]`,
      message: `"${name}" depends on "${dependsOn[place]}", which is neither a target nor in the list of dependencies`,
      remedy: 'correct the name, or add { name: … } to the list when it is a component',
    };
  }
  return undefined;
}
