import type { ProbeKindName } from '../../catalog/catalog.ts';
import { decode } from '../../std/std.ts';
import type { Decoder } from '../../std/std.ts';
import type { Connector, ConnectorDependencies } from './connector.ts';

/** How to reach one CRM, as the decoder of its platform made it; only that platform looks inside. */
export type Connection = {
  readonly platform: string;
  /** Where there is one, two targets with the same are the same CRM. */
  readonly url?: string;
  /** What data-quality checks may name. */
  readonly objects: Readonly<Record<string, NamedObject>>;
  /** Programs that it runs on this machine, by the place of each below the connection; they have to be there. */
  readonly programs?: Readonly<Record<string, string>>;
};

type NamedObject = {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Where records are identified by something that is no field. */
  readonly identifier?: string;
};

/** From where a platform knows what a probe asks, or why it cannot: a clause for people. */
export type Source = { readonly from: string } | { readonly not: string };

/** What the registry knows of a platform. */
export type Platform = {
  /** With the versions that it is made for. */
  readonly title: string;
  readonly decoder: Decoder<Connection>;
  /** For every kind of probe, as docs/connectors/ and `crmwatch capabilities` show it. */
  readonly sources: Readonly<Record<ProbeKindName, Source>>;
  /**
   * Paths that it asks by POST, below the address of the target or on a server that gives it tokens: log-ins, and
   * questions that the platform takes in no other way. Every other request is a GET.
   */
  posts(connection: Connection): readonly (string | RegExp)[];
  create(connection: Connection, dependencies: ConnectorDependencies): Connector;
};

type PlatformDefinition<Options extends Connection> = Pick<Platform, 'title'> & {
  /** A platform that says nothing about plugins runs none. */
  readonly sources: Readonly<Record<Exclude<ProbeKindName, 'plugin'>, Source>> & {
    readonly plugin?: Source;
  };
  readonly decoder: Decoder<Options>;
  /** A platform that leaves it out sends GET alone. */
  readonly posts?: (options: Options) => readonly (string | RegExp)[];
  readonly create: (options: Options, dependencies: ConnectorDependencies) => Connector;
};

/** A platform with its own options, which no other place has to know. */
export function definePlatform<Options extends Connection>({
  create,
  sources,
  posts = () => [],
  ...platform
}: PlatformDefinition<Options>): Platform {
  const all = {
    plugin: { not: 'plugins are a target of their own, with the platform nagios' },
    ...sources,
  };
  // What this decoder made comes back to this platform alone, and from nowhere else.
  return {
    ...platform,
    sources: all,
    posts: (connection) => posts(connection as Options),
    create: (connection, more) => create(connection as Options, more),
  };
}

export function unionOf(platforms: Readonly<Record<string, Platform>>): Decoder<Connection> {
  const decoders = Object.entries(platforms).map(([name, { decoder }]) => [name, decoder] as const);
  return decode.union('platform', Object.fromEntries(decoders));
}
