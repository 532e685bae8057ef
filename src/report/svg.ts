import { html } from '../std/std.ts';
import type { Html, HtmlPart } from '../std/std.ts';
import type { Scale } from './scale.ts';

/** Units of all drawings are those of a screen at which they fill a telephone: type of 13 stays above 11 pixels there. */
export const PLOT_WIDTH = 380;
export const FONT_SIZE = 13;

/** Hundredths are finer than any screen; more digits would only make the file longer. */
export function px(value: number): string {
  return String(Number(value.toFixed(2)));
}

export type Area = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
};

export type PlotOptions = {
  /** Unique on its page. */
  readonly id: string;
  readonly title: string;
  /** What somebody who cannot see it should know. */
  readonly description: string;
  readonly width?: number;
  readonly height: number;
};

/** One picture with its title and description. */
export function plot(options: PlotOptions, ...content: readonly HtmlPart[]): Html {
  const { id, title, description, width = PLOT_WIDTH, height } = options;
  return html`<svg
    class="plot"
    role="img"
    aria-labelledby="${id}-title ${id}-description"
    viewBox="0 0 ${px(width)} ${px(height)}"
    width="${px(width)}"
    height="${px(height)}"
  >
    <title id="${id}-title">${title}</title>
    <desc id="${id}-description">${description}</desc>
    ${content}
  </svg>`;
}

type Attributes = Readonly<Record<string, string | number>>;

/** Numbers are coordinates or sizes. */
function element(name: string, attributes: Attributes, ...content: readonly HtmlPart[]): Html {
  const pairs = Object.entries(attributes).map(
    ([key, value]) => html` ${key}="${typeof value === 'number' ? px(value) : value}"`,
  );
  return html`<${name}${pairs}>${content}</${name}>`;
}

/** Shown when something points at the element around it. */
function tooltip(text: string | undefined): Html | null {
  return text === undefined ? null : element('title', {}, text);
}

export type Point = readonly [x: number, y: number];

export function line([x1, y1]: Point, [x2, y2]: Point, className: string): Html {
  return element('line', { class: className, x1, y1, x2, y2 });
}

export function polyline(points: readonly Point[], className: string): Html {
  const text = points.map(([x, y]) => `${px(x)},${px(y)}`).join(' ');
  return element('polyline', { class: className, points: text });
}

export type Box = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

export function box(place: Box, className: string, title?: string): Html {
  return element('rect', { class: className, ...place }, tooltip(title));
}

export function dot([cx, cy]: Point, className: string, title: string, r: number = 4): Html {
  return element('circle', { class: className, cx, cy, r }, tooltip(title));
}

export type Anchor = 'start' | 'middle' | 'end';

/** `title` is the whole text when the text was cut. */
export function label(
  [x, y]: Point,
  text: string,
  { anchor = 'start', className = 'label', title }: LabelOptions = {},
): Html {
  const attributes = { class: className, x, y, 'text-anchor': anchor };
  return element('text', attributes, tooltip(title === text ? undefined : title), text);
}

export type LabelOptions = {
  readonly anchor?: Anchor;
  readonly className?: string;
  readonly title?: string;
};

export type Axis = {
  readonly scale: Scale;
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
  /** What is measured along it. */
  readonly name: string;
};

/** Ticks below the area, and what they measure beneath them. */
export function axisBelow({ scale, ticks, format, name }: Axis, area: Area): Html {
  const { left, right, top, bottom } = area;
  return html`${ticks.map(
    (tick) =>
      html`${line([scale(tick), top], [scale(tick), bottom], 'grid')}
      ${label([scale(tick), bottom + 17], format(tick), { anchor: 'middle', className: 'tick' })}`,
  )}
  ${line([left, bottom], [right, bottom], 'axis')}
  ${label([(left + right) / 2, bottom + 36], name, { anchor: 'middle', className: 'axis-name' })}`;
}

/** Ticks left of the area, and what they measure above them, where it needs not be turned. */
export function axisLeft({ scale, ticks, format, name }: Axis, area: Area): Html {
  const { left, right, top } = area;
  return html`${ticks.map(
    (tick) =>
      html`${line([left, scale(tick)], [right, scale(tick)], 'grid')}
      ${label([left - 7, scale(tick) + 4.5], format(tick), { anchor: 'end', className: 'tick' })}`,
  )}
  ${label([0, top - 12], name, { className: 'axis-name' })}`;
}
