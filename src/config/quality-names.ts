import type { ObjectChecks, QualityChecks } from '../exporter/quality/quality.ts';
import type { Problem } from '../std/std.ts';

/** What a connection can read: the fields of each object, in the names of the configuration. */
export type ReadableObjects = Readonly<
  Record<
    string,
    {
      readonly fields: Readonly<Record<string, unknown>>;
      /** Where a platform knows by itself what identifies a record; references need no field then. */
      readonly identifier?: string;
    }
  >
>;

type Named = {
  readonly at: string;
  readonly object: string;
  readonly field: string;
  readonly isIdentifier?: true;
};

/** Every field that the checks of one object name, with its place below the object. */
function namedFields(object: string, checks: ObjectChecks): readonly Named[] {
  const { completeness, duplicates, validity, freshness, orphans } = checks;
  return [
    ...completeness.map((field) => ({ at: 'completeness.fields', object, field })),
    ...duplicates.flat().map((field) => ({ at: 'duplicates.keys', object, field })),
    ...Object.keys(validity).map((field) => ({ at: `validity.${field}`, object, field })),
    ...(freshness === undefined ? [] : [{ at: 'freshness.field', object, field: freshness.field }]),
    ...orphans.flatMap(({ field, object: other, identifier }, index) => [
      { at: `orphans[${index}].field`, object, field },
      { at: `orphans[${index}].object`, object: other, field: identifier, isIdentifier: true },
    ]),
  ];
}

/**
 * Checks that name an object or a field which the connection does not read. Left alone they would fail at each
 * run of the probe, long after the mistake was made.
 */
export function findUnreadableNames(
  checks: QualityChecks,
  readable: ReadableObjects,
  place: string,
): readonly Problem[] {
  const objects = Object.keys(readable);
  const useOne =
    objects.length === 0 ? 'add it there' : `use one of: ${objects.join(', ')}, or add it`;
  return Object.entries(checks.objects).flatMap(([name, wanted]): Problem[] => {
    const at = `${place}.${name}`;
    if (!Object.hasOwn(readable, name)) {
      const message = `connection.objects has no object "${name}"`;
      return [{ place: at, message, remedy: useOne }];
    }
    return namedFields(name, wanted).flatMap(
      ({ at: below, object, field, isIdentifier }): Problem[] => {
        const fields = Object.keys(readable[object]?.fields ?? {});
        if (fields.includes(field)) return [];
        if (isIdentifier && readable[object]?.identifier !== undefined) return [];
        const message = Object.hasOwn(readable, object)
          ? `connection.objects.${object}.fields has no field "${field}"`
          : `connection.objects has no object "${object}"`;
        const known = Object.hasOwn(readable, object) ? fields : objects;
        return [
          {
            place: `${at}.${below}`,
            message,
            remedy: `use one of: ${known.join(', ')}, or add it`,
          },
        ];
      },
    );
  });
}
