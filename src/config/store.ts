import { decode, secretReference } from '../std/std.ts';
import type { Decoder, SecretReference } from '../std/std.ts';

export type StoreConfig =
  | { readonly engine: 'sqlite'; readonly allowUnsafeDurability: boolean }
  | {
      readonly engine: 'postgresql';
      readonly host: string;
      readonly port: number;
      readonly database: string;
      readonly user: string;
      readonly password?: SecretReference;
      readonly tls?: { readonly authorities?: SecretReference };
      readonly allowUnsafeDurability: boolean;
    };

const allow_unsafe_durability = decode.withDefault(
  decode.boolean(),
  false,
  'true: run although what was answered 200 may be lost when the power fails',
  'false',
);

const authoritiesFile: Decoder<SecretReference> = decode.transform(
  decode.text({ meaning: 'the path of a file' }),
  (file): SecretReference => ({ kind: 'secret_reference', file }),
);

const name = decode.text({ maximumLength: 63 });

/** Where incidents are kept: in a file of the data folder, or in a database of their own on a server. */
export const storeDecoder: Decoder<StoreConfig> = decode.transform(
  decode.union('engine', {
    sqlite: decode.object({
      engine: decode.required(decode.choice(['sqlite']), 'a file in data_folder'),
      allow_unsafe_durability,
    }),
    postgresql: decode.object({
      engine: decode.required(decode.choice(['postgresql']), 'a PostgreSQL server'),
      host: decode.required(
        decode.text({ maximumLength: 255 }),
        'host name or address, or the folder of the socket of a server on this machine',
      ),
      port: decode.withDefault(
        decode.integer({ minimum: 1, maximum: 65_535 }),
        5432,
        'port',
        '5432',
      ),
      database: decode.required(name, 'name of a database for crmwatch alone'),
      user: decode.required(name, 'user that owns the database'),
      password: decode.optional(
        secretReference(),
        'where the password is; it is asked for with each connection',
      ),
      tls: decode.optional(
        decode.object({
          ca_file: decode.optional(authoritiesFile, 'PEM file of authorities to trust'),
        }),
        'connect with TLS and verify the server; without this key the connection is plain',
      ),
      allow_unsafe_durability,
    }),
  }),
  (decoded): StoreConfig => {
    const allowUnsafeDurability = decoded.allow_unsafe_durability;
    if (decoded.engine === 'sqlite') return { engine: 'sqlite', allowUnsafeDurability };
    const { host, port, database, user, password, tls } = decoded;
    const authorities = tls?.ca_file;
    return {
      engine: 'postgresql',
      host,
      port,
      database,
      user,
      ...(password === undefined ? {} : { password }),
      ...(tls === undefined ? {} : { tls: authorities === undefined ? {} : { authorities } }),
      allowUnsafeDurability,
    };
  },
);
