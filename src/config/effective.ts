import { isFields } from '../std/std.ts';
import type { FieldShape, Fields, Shape } from '../std/std.ts';
import { CONFIG_SHAPE } from './schema.ts';
import { formatYaml, parseYaml } from './yaml.ts';

const SCALARS: ReadonlySet<Shape['kind']> = new Set([
  'text',
  'integer',
  'number',
  'boolean',
  'duration',
  'url',
  'choice',
]);

/** Sections that have all their defaults when they are left out. */
const SECTIONS: ReadonlySet<string> = new Set(['exporter', 'responder', 'options', 'limits']);

function scalarDefault({ shape, defaultText }: FieldShape): unknown {
  if (defaultText === undefined || !SCALARS.has(shape.kind)) return undefined;
  // A time of day or a version would otherwise become what it is not.
  if (shape.kind !== 'integer' && shape.kind !== 'number' && shape.kind !== 'boolean') {
    return defaultText;
  }
  const parsed = parseYaml(defaultText, 'default');
  return parsed.ok ? parsed.value : defaultText;
}

function fieldValue(name: string, field: FieldShape, written: unknown): unknown {
  if (written !== undefined) return withDefaults(field.shape, written);
  if (field.shape.kind === 'object' && (field.defaultText !== undefined || SECTIONS.has(name))) {
    return withDefaults(field.shape, {});
  }
  return scalarDefault(field);
}

/** What is written, with the default of every key that is not; what has no default stays absent. */
function withDefaults(shape: Shape, written: unknown): unknown {
  if (shape.kind === 'list' && Array.isArray(written)) {
    return written.map((item: unknown) => withDefaults(shape.item, item));
  }
  if (!isFields(written)) return written;
  if (shape.kind === 'map') {
    return Object.fromEntries(
      Object.entries(written).map(([key, value]) => [key, withDefaults(shape.value, value)]),
    );
  }
  if (shape.kind === 'union') {
    const tag = written[shape.tag];
    const variant = typeof tag === 'string' ? shape.variants[tag] : undefined;
    if (variant === undefined) return written;
    return { [shape.tag]: tag, ...(withDefaults(variant, written) as Fields) };
  }
  if (shape.kind !== 'object') return written;
  const known = Object.entries(shape.fields).map(([name, field]): [string, unknown] => [
    name,
    fieldValue(name, field, written[name]),
  ]);
  return Object.fromEntries([
    ...Object.entries(written).filter(([name]) => shape.fields[name] === undefined),
    ...known.filter(([, value]) => value !== undefined),
  ]);
}

const SECRET_KEY = /(?:password|passphrase|token|secret|api_?key|credential)s?$/i;
const HIDDEN = '<hidden>';

/** User info of a URL, which some platforms take passwords in. */
function hideUserInfo(text: string): string {
  return text.replaceAll(/(?<=:\/\/)[^/?#\s]*@/g, `${HIDDEN}@`);
}

/** A program that prints a secret is shown by its name: its arguments may be half of the secret. */
function hideArguments(name: string, value: unknown): unknown {
  if (name !== 'command' || !Array.isArray(value) || value.length < 2) return value;
  return [value[0] as unknown, HIDDEN];
}

/**
 * Decoders refuse a secret that stands in the file itself; should one be in a place that no decoder thought of,
 * it is hidden here. References to secrets are shown: they say where, not what.
 */
function hideSecrets(value: unknown, key: string): unknown {
  if (typeof value === 'string') return SECRET_KEY.test(key) ? HIDDEN : hideUserInfo(value);
  if (Array.isArray(value)) return value.map((item: unknown) => hideSecrets(item, key));
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      hideSecrets(hideArguments(name, item), name),
    ]),
  );
}

/** The configuration in force as YAML: what is written, every default, and no secret. */
export function renderEffectiveConfig(written: unknown): string {
  return formatYaml(hideSecrets(withDefaults(CONFIG_SHAPE, written ?? {}), ''));
}
