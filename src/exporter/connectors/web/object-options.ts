import type { Outcome } from '../../../http/http.ts';
import { decode } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';
import { fail, succeed } from './outcomes.ts';

/** What an object of data-quality checks is on its platform. */
export type ApiObject = {
  /** The platform's own name of it, such as Contact. */
  readonly entity: string;
  /** Field of the platform by the name that checks use. */
  readonly fields: Readonly<Record<string, string>>;
};
export type ApiObjects = Readonly<Record<string, ApiObject>>;

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** Names as a platform allows them. What they match goes into paths and queries, so they hold nothing to break out with. */
export type PlatformNames = {
  readonly entity: RegExp;
  readonly field: RegExp;
  /** What both look like, such as "a name such as Contact or cInvoice". */
  readonly meaning: string;
};

/** The key `objects` of a platform; without it, the objects that every instance of the platform has. */
export function objectsField(
  { entity, field, meaning }: PlatformNames,
  defaults: ApiObjects,
): decode.Field<ApiObjects> {
  const object: Decoder<ApiObject> = decode.object({
    entity: decode.required(
      decode.text({ pattern: entity, meaning }),
      'name of the object on the platform',
    ),
    fields: decode.required(
      decode.map(decode.text({ pattern: field, meaning }), { key: 'field name', pattern: NAME }),
      'fields that data-quality checks may use, and the field of the platform that each is',
    ),
  });
  return decode.withDefault(
    decode.map(object, { key: 'object name', pattern: NAME }),
    defaults,
    'objects whose quality is checked',
    Object.keys(defaults).join(', '),
  );
}

/** An object with some of its fields, as the platform names them. */
export type FoundObject = {
  readonly entity: string;
  /** The field of the platform; for a name that was asked for. */
  readonly sourceOf: (field: string) => string;
};

/** Looks up an object and the fields of it that are needed; what is not described is not found. */
export function findObject(
  objects: ApiObjects,
  name: string,
  fields: readonly string[],
): Outcome<FoundObject> {
  const described = Object.hasOwn(objects, name) ? objects[name] : undefined;
  if (described === undefined) {
    return fail('not_found', `the configuration describes no object ${name}`);
  }
  const lost = fields.find((field) => !Object.hasOwn(described.fields, field));
  if (lost !== undefined) {
    return fail('not_found', `the configuration describes no field ${lost} of ${name}`);
  }
  return succeed({
    entity: described.entity,
    sourceOf: (field) => described.fields[field] ?? '',
  });
}
