import {
  COLLECTION_STYLE,
  EVENT_ID,
  FAILSAFE_SCHEMA,
  SCALAR_STYLE,
  YAMLException,
  eventsToAst,
  parseEvents,
} from 'js-yaml';
import type { Event, Node } from 'js-yaml';
import type { Problem } from '../std/std.ts';
import { decodeYamlBytes, firstDocumentOf } from './go-yaml-text.ts';
import { describeYamlError, yamlProblem } from './yaml.ts';

/**
 * YAML as written: what a plain scalar means depends on who reads it, so that it stays a text here. An alias is the node
 * it stands for, and a list or map may hold itself.
 */
export type GoNode =
  | {
      readonly kind: 'scalar';
      readonly text: string;
      readonly isPlain: boolean;
      readonly tag: string;
    }
  | { readonly kind: 'list'; readonly items: readonly GoNode[] }
  | { readonly kind: 'map'; readonly entries: readonly GoEntry[] };
export type GoEntry = readonly [key: GoNode, value: GoNode];

export type GoYamlResult =
  | { readonly ok: true; /** Absent: the file is empty. */ readonly node?: GoNode }
  | { readonly ok: false; readonly problem: Problem };

/** `!!int` for `!<tag:yaml.org,2002:int>` too. */
function shortTag(tag: string): string {
  return tag.replace(/^!<(.*)>$/, '$1').replace('tag:yaml.org,2002:', '!!');
}

function nodeOf(node: Node, anchors: Map<string, GoNode>): GoNode {
  if (node.kind === 'alias') {
    const found = anchors.get(node.anchor);
    if (found === undefined) throw new Error(`there is no anchor "${node.anchor}"`);
    return found;
  }
  const name = (made: GoNode): void => {
    if (node.anchor === undefined) return;
    if (!/^[\w-]+$/.test(node.anchor)) throw new Error(`"${node.anchor}" is no name of an anchor`);
    anchors.set(node.anchor, made);
  };
  if (node.kind === 'scalar') {
    const tag = node.tagged ? shortTag(node.tag) : '';
    const made: GoNode = {
      kind: 'scalar',
      text: node.value,
      isPlain: node.style === SCALAR_STYLE.PLAIN,
      tag,
    };
    name(made);
    return made;
  }
  // Named before its content is read, which may refer to it.
  if (node.kind === 'sequence') {
    const items: GoNode[] = [];
    const made: GoNode = { kind: 'list', items };
    name(made);
    for (const item of node.items) items.push(nodeOf(item, anchors));
    return made;
  }
  const entries: GoEntry[] = [];
  const made: GoNode = { kind: 'map', entries };
  name(made);
  for (const { key, value } of node.items) {
    const readKey = nodeOf(key, anchors);
    entries.push([readKey, nodeOf(value, anchors)]);
  }
  return made;
}

/** The line that begins with a tab outside of a text and of brackets, where libyaml allows none; from 1. */
function lineWithTab(text: string, events: readonly Event[]): number | undefined {
  const hasBrackets = events.some(
    (event) =>
      (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) &&
      event.style === COLLECTION_STYLE.FLOW,
  );
  // Where brackets end is not told, so a file with them is trusted.
  if (hasBrackets) return undefined;
  const isInText = (offset: number): boolean =>
    events.some(
      (event) =>
        event.type === EVENT_ID.SCALAR && event.valueStart <= offset && offset < event.valueEnd,
    );
  for (const { index } of text.matchAll(/^ *\t/gm)) {
    if (!isInText(index)) return text.slice(0, index).split('\n').length;
  }
  return undefined;
}

/** An escape in a text in quotes that YAML 1.1 has not: that of a slash, and one half of a character. */
function newEscapeOf(source: string, events: readonly Event[]): string | undefined {
  for (const event of events) {
    if (event.type !== EVENT_ID.SCALAR || event.style !== SCALAR_STYLE.DOUBLE_QUOTED) continue;
    const raw = source.slice(event.valueStart, event.valueEnd);
    for (const [escape] of raw.matchAll(/\\(?:u[\dA-Fa-f]{4}|[^])/g)) {
      if (/^\\(?:\/|u[dD][89a-fA-F])/.test(escape)) return escape;
    }
  }
  return undefined;
}

/** More lines than these are not mended, since each costs a reading of the whole. */
const MAXIMUM_MENDED_LINES = 1000;

type Parsed = { readonly events: readonly Event[]; readonly source: string };

/**
 * YAML wants the lines of a text in quotes and of brackets indented, closing brackets, too. libyaml does not insist on
 * it, so that a line which is told to lack it is given it.
 */
function parseLoosely(text: string): Parsed {
  const lines = text.split(/(?<=\n|\r(?!\n))/);
  const indentOf = (line = ''): number => line.search(/[^ \t]|$/);
  const depth = lines.reduce((deepest, line) => Math.max(deepest, indentOf(line)), 0) + 100;
  const indents = new Map<number, number>();
  for (;;) {
    const source = lines.join('');
    try {
      return { events: parseEvents(source, {}), source };
    } catch (error) {
      if (!(error instanceof YAMLException) || error.mark === undefined) throw error;
      const { line, column } = error.mark;
      const indent = indents.get(line);
      // The place is told as in the file, not as in what was made of it.
      if (indent !== undefined) error.mark.column = Math.max(0, column - depth + indent);
      const isHopeless = indent !== undefined || indents.size >= MAXIMUM_MENDED_LINES;
      if (error.reason !== 'deficient indentation' || isHopeless) throw error;
      indents.set(line, indentOf(lines[line]));
      lines[line] = `${' '.repeat(depth)}${lines[line]?.replace(/^[ \t]+/, '') ?? ''}`;
    }
  }
}

/**
 * Reads the first document of a file as go.yaml.in/yaml/v2 does, which Prometheus' exporters use: YAML 1.1, UTF-8 or
 * UTF-16, and what follows the first document is not looked at.
 */
export function parseGoYaml(bytes: Uint8Array, fileName: string): GoYamlResult {
  const decoded = decodeYamlBytes(bytes);
  if (!decoded.ok) return { ok: false, problem: yamlProblem(fileName, decoded.message) };
  const first = firstDocumentOf(decoded.text);
  if (!first.ok) return { ok: false, problem: yamlProblem(fileName, first.message) };
  try {
    const { events, source } = parseLoosely(first.text);
    const line = lineWithTab(source, events);
    if (line !== undefined) {
      return {
        ok: false,
        problem: yamlProblem(`${fileName}:${line}`, 'this line begins with a tab'),
      };
    }
    const escape = newEscapeOf(source, events);
    if (escape !== undefined) {
      return { ok: false, problem: yamlProblem(fileName, `${escape} is no escape of YAML 1.1`) };
    }
    const [document] = eventsToAst([...events], { source, schema: FAILSAFE_SCHEMA });
    const contents = document?.contents ?? null;
    return contents === null ? { ok: true } : { ok: true, node: nodeOf(contents, new Map()) };
  } catch (error) {
    return { ok: false, problem: describeYamlError(error, fileName) };
  }
}
