import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';

/**
 * The part of Markdown that our reviews use: headings, paragraphs, lists, tables, fenced code, bold, code and
 * http links. Everything else is text. Raw HTML is never passed through.
 */
export function renderMarkdown(source: string): Html {
  const lines = source.replaceAll('\r', '').split('\n');
  const blocks: Html[] = [];
  let index = 0;
  while (index < lines.length) {
    const block = readBlock(lines, index);
    if (block.html !== null) blocks.push(block.html);
    index = block.next;
  }
  return html`${blocks}`;
}

type Block = { readonly html: Html | null; readonly next: number };

/** Lines from `start` for which `belongs` holds. */
function take(lines: readonly string[], start: number, belongs: RegExp): readonly string[] {
  let end = start;
  while (end < lines.length && belongs.test(lines[end] ?? '')) end++;
  return lines.slice(start, end);
}

const BULLET = /^\s*[-*]\s+/;
const NUMBER = /^\s*\d+[.)]\s+/;
const TABLE = /^\s*\|.*\|\s*$/;
const FENCE = /^```/;
const HEADING = /^(#{1,6})\s+(.*)$/;
const TEXT = /^(?!\s*$|#{1,6}\s|```|\s*[-*]\s|\s*\d+[.)]\s|\s*\|.*\|\s*$)/;

function readBlock(lines: readonly string[], start: number): Block {
  const line = lines[start] ?? '';
  if (line.trim() === '') return { html: null, next: start + 1 };
  const heading = HEADING.exec(line);
  if (heading !== null) {
    return { html: headingHtml(heading[1]?.length ?? 1, heading[2] ?? ''), next: start + 1 };
  }
  if (FENCE.test(line)) {
    const closing = lines.findIndex((other, index) => index > start && FENCE.test(other));
    const end = closing === -1 ? lines.length : closing;
    const code = lines.slice(start + 1, end).join('\n');
    return { html: html`<pre tabindex="0"><code>${code}</code></pre>`, next: end + 1 };
  }
  if (BULLET.test(line)) {
    const items = take(lines, start, BULLET);
    return {
      html: html`<ul>
        ${listItems(items, BULLET)}
      </ul>`,
      next: start + items.length,
    };
  }
  if (NUMBER.test(line)) {
    const items = take(lines, start, NUMBER);
    return {
      html: html`<ol>
        ${listItems(items, NUMBER)}
      </ol>`,
      next: start + items.length,
    };
  }
  if (TABLE.test(line)) {
    const rows = take(lines, start, TABLE);
    return { html: tableHtml(rows), next: start + rows.length };
  }
  const paragraph = take(lines, start + 1, TEXT);
  return {
    html: html`<p>${inline([line, ...paragraph].join('\n'))}</p>`,
    next: start + 1 + paragraph.length,
  };
}

function headingHtml(level: number, text: string): Html {
  const content = inline(text);
  if (level === 1) return html`<h1>${content}</h1>`;
  if (level === 2) return html`<h2>${content}</h2>`;
  return level === 3 ? html`<h3>${content}</h3>` : html`<h4>${content}</h4>`;
}

function listItems(lines: readonly string[], marker: RegExp): readonly Html[] {
  return lines.map((line) => html`<li>${inline(line.replace(marker, ''))}</li>`);
}

function cells(row: string): readonly string[] {
  return row
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function tableHtml(rows: readonly string[]): Html {
  const [head = '', ...rest] = rows;
  const body = rest.filter((row) => !/^[\s|:-]+$/.test(row));
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Table">
    <table class="plain">
      <thead>
        <tr>
          ${cells(head).map((cell) => html`<th scope="col">${inline(cell)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${body.map(
          (row) =>
            html`<tr>
              ${cells(row).map((cell) => html`<td>${inline(cell)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const INLINE =
  /`([^`\n]+)`|\*\*([^*\n]+)\*\*|\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)|\\([\\`*_[\]()#|<>!.+-])/g;

function inline(text: string): Html {
  const parts: (Html | string)[] = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    parts.push(text.slice(end, match.index));
    const [, code, bold, label, url, escaped] = match;
    if (code !== undefined) parts.push(html`<code>${code}</code>`);
    else if (bold !== undefined) parts.push(html`<strong>${bold}</strong>`);
    else if (url !== undefined)
      parts.push(html`<a href="${url}" rel="noopener noreferrer">${label}</a>`);
    else parts.push(escaped ?? '');
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return html`${parts}`;
}
