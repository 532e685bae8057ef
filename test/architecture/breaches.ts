import { posix } from 'node:path';
import { isBuiltin } from 'node:module';
import type { ImportEdge } from './imports.ts';
import { BUILTINS, ROOMS, VENDORS } from './walls.ts';
import type { Room } from './walls.ts';

/** The lines `from -> to  (why)` for every edge that goes through a wall. */
export function findBreaches(edges: readonly ImportEdge[]): readonly string[] {
  return edges.flatMap((edge) => {
    const room = roomOf(edge.from);
    if (room === undefined) return [`${edge.from} -> ${edge.specifier}  (file in no room)`];
    const why = edge.specifier.startsWith('.')
      ? whyNotFile(room, edge)
      : whyNotPackage(room, edge.specifier);
    const target = edge.specifier.startsWith('.') ? targetOf(edge) : edge.specifier;
    return why === undefined ? [] : [`${edge.from} -> ${target}  (${why})`];
  });
}

export function roomOf(path: string): Room | undefined {
  return ROOMS.find((room) => path.startsWith(`src/${room.id}/`));
}

/** The path that a relative import leads to, from the project's root. */
export function targetOf(edge: ImportEdge): string {
  return posix.join(posix.dirname(edge.from), edge.specifier);
}

/** `src/exporter/probes/probes.ts` for the room `exporter/probes`. */
export function faceOf(room: Room): string {
  return `src/${room.id}/${posix.basename(room.id)}.ts`;
}

function whyNotFile(room: Room, edge: ImportEdge): string | undefined {
  const target = targetOf(edge);
  const other = roomOf(target);
  if (other === undefined) return 'leads to no room';
  if (other === room) return undefined;
  if (other.layer === room.layer) return `siblings on layer ${room.layer}`;
  if (other.layer > room.layer) return `upward, layer ${room.layer} to ${other.layer}`;
  const doors = [faceOf(other), ...(other.hasRegistry ? [`src/${other.id}/registry.ts`] : [])];
  return doors.includes(target) ? undefined : `past the face ${doors.join(' or ')}`;
}

function whyNotPackage(room: Room, specifier: string): string | undefined {
  if (specifier === '(computed)') return 'target hidden from the reader of imports';
  if (isBuiltin(specifier)) {
    if (!specifier.startsWith('node:')) return 'write node: before a module of Node';
    return whyNotAllowed(room, BUILTINS[specifier]);
  }
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  return whyNotAllowed(room, VENDORS[name] ?? []);
}

function whyNotAllowed(room: Room, owners: readonly string[] | undefined): string | undefined {
  if (owners === undefined || owners.includes(room.id)) return undefined;
  return owners.length === 0 ? 'belongs to no room' : `belongs to ${owners.join(', ')}`;
}
