export type SvgElement = {
  readonly attributes: Readonly<Record<string, string>>;
  /** Of a coordinate or size. */
  number(name: string): number;
  /** Between its tags, with what is escaped still escaped. */
  readonly content: string;
};

/** Elements of one name in a drawing, in their order, and of one class when it is given; none may hold another of its name. */
export function svgElements(
  markup: string,
  name: string,
  className?: string,
): readonly SvgElement[] {
  const pattern = new RegExp(String.raw`<${name}\b([^>]*?)(?:/>|>([^]*?)</${name}>)`, 'g');
  return [...markup.matchAll(pattern)]
    .map(([, text = '', content = '']): SvgElement => {
      const pairs = [...text.matchAll(/([\w-]+)="([^"]*)"/g)];
      const attributes = Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, value]));
      return { attributes, content, number: (key) => Number(attributes[key]) };
    })
    .filter(
      ({ attributes }) =>
        className === undefined || (attributes['class'] ?? '').split(' ').includes(className),
    );
}
