import { PLATFORM_NAMES, findPlatform } from '../exporter/connectors/connectors.ts';
import type { Platform } from '../exporter/connectors/connectors.ts';
import { CrmwatchError, nearestNames } from '../std/std.ts';

/** A part of a name says as much as a whole one with a wrong letter. */
function isPartOf(word: string, name: string): boolean {
  return word.length > 2 && (name.includes(word) || word.includes(name));
}

function namesNear(word: string): readonly string[] {
  const text = word.toLowerCase();
  const parts = PLATFORM_NAMES.filter((name) => isPartOf(text, name));
  return [...new Set([...nearestNames(text, PLATFORM_NAMES), ...parts])];
}

/** Throws a usage error with the names that may have been meant. */
export function requirePlatform(name: string): Platform {
  const platform = findPlatform(name);
  if (platform !== undefined) return platform;
  const near = namesNear(name).map((candidate) => `"${candidate}"`);
  const all = `the platforms are: ${PLATFORM_NAMES.join(', ')}`;
  throw new CrmwatchError('usage', `there is no platform "${name}"`, {
    remedy: near.length === 0 ? all : `did you mean ${near.join(' or ')}? ${all}`,
  });
}
