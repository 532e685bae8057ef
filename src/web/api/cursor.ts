import { sha256Hex } from '../../std/std.ts';

const VERSION = '1';
const CHECK_LENGTH = 16;

function checkOf(position: string, list: string): string {
  return sha256Hex(`${VERSION}\n${list}\n${position}`).slice(0, CHECK_LENGTH);
}

/**
 * The place in a list after which its next page begins, as one opaque word. It holds the position by value and
 * not a number of rows, so inserts move nothing. `list` says which list it is of, filters included.
 */
export function encodeCursor(position: string, list: string): string {
  return `${Buffer.from(position).toString('base64url')}.${checkOf(position, list)}`;
}

/**
 * The position of a cursor, or null for one that was changed or is of another list. The check finds mistakes; it is
 * no secret, because a cursor gives nobody more than the list itself, which its reader may see.
 */
export function decodeCursor(cursor: string, list: string): string | null {
  const [encoded = '', check = ''] = cursor.split('.');
  const position = Buffer.from(encoded, 'base64url').toString();
  return check === checkOf(position, list) && cursor === encodeCursor(position, list)
    ? position
    : null;
}
