/** Wide as their own height: Chinese, Japanese, Korean, full-width forms, and pictures. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}！-｠]/u;
const NARROW = /[iljtfr.,:;|!'()[\]\s]/u;
const BROAD = /[A-Z@%&mwMW]/u;
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Of one character, in heights of the type; somewhat more than most sans-serif faces take. */
function widthOf(character: string): number {
  if (WIDE.test(character)) return 1.05;
  if (NARROW.test(character)) return 0.36;
  return BROAD.test(character) ? 0.8 : 0.6;
}

/** About how wide a text is drawn, in the unit of `fontSize`. */
export function textWidth(text: string, fontSize: number): number {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += widthOf(segment) * fontSize;
  return width;
}

/** The text, or as many of its characters as have room before an ellipsis. */
export function fitText(text: string, width: number, fontSize: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  const room = width - textWidth('…', fontSize);
  let kept = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += widthOf(segment) * fontSize;
    if (used > room) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** 0.1 + 0.2 is 30 %, not 30.000000000000004 %. */
export function percentText(share: number, digits: number = 12): string {
  const percent = share * 100;
  const rounded = digits === 12 ? Number(percent.toPrecision(12)) : percent.toFixed(digits);
  return `${rounded} %`;
}

export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** Four decimals, as on the command line; a dash for what the rows cannot tell. */
export function figureText(value: number | null): string {
  return value === null || !Number.isFinite(value) ? '–' : value.toFixed(4);
}
