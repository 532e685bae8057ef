import type { FieldShape, Shape } from '../std/std.ts';

/** How a shape is called in one cell of a table. */
function shapeName(shape: Shape): string {
  switch (shape.kind) {
    case 'text':
    case 'integer':
    case 'number':
    case 'boolean':
    case 'duration':
    case 'url':
      return shape.note ?? (shape.kind === 'url' ? 'URL' : shape.kind);
    case 'choice':
      return shape.choices.map((choice) => `\`${choice}\``).join(', ');
    case 'list':
      return `list of: ${shapeName(shape.item)}`;
    case 'map':
      return `map from ${shape.key} to: ${shapeName(shape.value)}`;
    case 'union':
      return `map, by \`${shape.tag}\`: ${Object.keys(shape.variants).join(', ')}`;
    case 'object':
      return 'map';
    case 'any':
      return shape.note;
  }
}

type Row = { readonly path: string; readonly field: FieldShape };

/** Paths below a field: `[]` for each item of a list, `<name>` for each key of a map. */
function rowsBelow(path: string, shape: Shape): readonly Row[] {
  switch (shape.kind) {
    case 'object':
      return rowsOf(path, shape.fields);
    case 'list':
      return rowsBelow(`${path}[]`, shape.item);
    case 'map':
      return rowsBelow(`${path}.<${shape.key}>`, shape.value);
    default:
      return [];
  }
}

function rowsOf(prefix: string, fields: Readonly<Record<string, FieldShape>>): readonly Row[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    return [{ path, field }, ...rowsBelow(path, field.shape)];
  });
}

type Union = {
  readonly path: string;
  readonly tag: string;
  readonly variants: Readonly<Record<string, Shape>>;
};

/** Every union with the path at which it stands, unions inside of unions too. */
function unionsOf(path: string, shape: Shape): readonly Union[] {
  switch (shape.kind) {
    case 'object':
      return Object.entries(shape.fields).flatMap(([name, field]) =>
        unionsOf(path === '' ? name : `${path}.${name}`, field.shape),
      );
    case 'list':
      return unionsOf(`${path}[]`, shape.item);
    case 'map':
      return unionsOf(`${path}.<${shape.key}>`, shape.value);
    case 'union':
      return [
        { path, tag: shape.tag, variants: shape.variants },
        ...Object.values(shape.variants).flatMap((variant) => unionsOf(path, variant)),
      ];
    default:
      return [];
  }
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ path, field }) => {
    const fallback = field.required ? '**required**' : (field.defaultText ?? 'none');
    return `| \`${cell(path)}\` | ${cell(shapeName(field.shape))} | ${cell(fallback)} | ${cell(field.description)} |`;
  });
  return ['| Key | Value | Default | Meaning |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

/** Writes the reference of the configuration file from the decoders that read it. */
export function renderConfigurationDocument(introduction: string, shape: Shape): string {
  const sections = unionsOf('', shape).flatMap((union) =>
    Object.entries(union.variants).map(([name, variant]) => {
      const rows = rowsBelow(union.path, variant);
      return `## \`${union.path}\` with \`${union.tag}: ${name}\`\n\n${table(rows)}`;
    }),
  );
  return [introduction, '## All keys', table(rowsBelow('', shape)), ...sections, ''].join('\n\n');
}
