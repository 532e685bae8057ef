import { decode } from '../std/std.ts';
import type { Decoder } from '../std/std.ts';

/** Names of targets and senders: they become label values, so they are short and never free text. */
export function nameDecoder(): Decoder<string> {
  return decode.text({
    pattern: /^[a-z0-9][a-z0-9_.-]{0,62}$/,
    meaning:
      'a name of lower-case letters, digits, dots, dashes and underscores, at most 63 characters',
  });
}

export type ListenAddress = { readonly host: string; readonly port: number };

/** `host:port`; an IPv6 address stands in brackets. Port 0 asks for any free port. */
export function listenAddress(): Decoder<ListenAddress> {
  const text = decode.text({
    pattern: /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/,
    meaning: 'host:port, such as 127.0.0.1:9968',
  });
  const checked = decode.refine(text, (address) =>
    Number(address.slice(address.lastIndexOf(':') + 1)) > 65_535
      ? { message: 'the port is above 65535', remedy: 'choose a port from 1 to 65535' }
      : undefined,
  );
  return decode.transform(checked, (address) => {
    const colon = address.lastIndexOf(':');
    const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
    return { host, port: Number(address.slice(colon + 1)) };
  });
}

/** The same as words of a command line; without a host it is every address of the machine. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]*):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2] ?? Number.NaN);
  if (match === null || port > 65_535) return undefined;
  return { host: (match[1] ?? '').replace(/^\[|\]$/g, ''), port };
}

/** A list whose items have names of their own; the second of two with one name is refused. */
export function uniquelyNamed<T extends { readonly name: string }>(
  items: Decoder<readonly T[]>,
  what: string,
): Decoder<readonly T[]> {
  return decode.refine(items, (decoded) => {
    const names = decoded.map(({ name }) => name);
    const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
    if (twice === -1) return undefined;
    return {
      at: `[${twice}].name`,
      message: `"${names[twice]}" is the name of another ${what} already`,
      remedy: `give each ${what} a name of its own`,
    };
  });
}
