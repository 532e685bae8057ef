/** How names outside of the classic character set are written. Source: "Escaping schemes" of the Prometheus documentation. */
export const ESCAPINGS = ['allow-utf-8', 'underscores', 'dots', 'values'] as const;
export type Escaping = (typeof ESCAPINGS)[number];

const CLASSIC_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const CLASSIC_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

type NameKind = 'metric' | 'label';

export function isClassicName(name: string, kind: NameKind): boolean {
  return (kind === 'metric' ? CLASSIC_METRIC : CLASSIC_LABEL).test(name);
}

/** Letters, underscores and colons, and digits but at the start. */
function isClassicCharacter(character: string, index: number): boolean {
  return /^[a-zA-Z_:]$/.test(character) || (index > 0 && /^[0-9]$/.test(character));
}

function escapeDots(character: string, index: number): string {
  if (character === '_') return '__';
  if (character === '.') return '_dot_';
  return isClassicCharacter(character, index) ? character : '_';
}

function escapeValues(character: string, index: number): string {
  if (character === '_') return '__';
  if (isClassicCharacter(character, index)) return character;
  return `_${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}_`;
}

function escapeClassically(name: string, escaping: Exclude<Escaping, 'allow-utf-8'>): string {
  const characters = Array.from(name);
  switch (escaping) {
    case 'underscores':
      return characters
        .map((character, index) => (isClassicCharacter(character, index) ? character : '_'))
        .join('');
    case 'dots':
      return characters.map(escapeDots).join('');
    case 'values':
      return `U__${characters.map(escapeValues).join('')}`;
  }
}

/** The name as this scheme has it. `dots` changes classic names too: their underscores are doubled. */
export function escapeName(name: string, kind: NameKind, escaping: Escaping): string {
  const wellFormed = name.toWellFormed();
  if (escaping === 'allow-utf-8') return wellFormed;
  if (escaping !== 'dots' && isClassicName(wellFormed, kind)) return wellFormed;
  return escapeClassically(wellFormed, escaping);
}
