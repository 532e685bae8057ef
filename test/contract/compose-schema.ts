import { Ajv } from 'ajv';
import type { AnySchema } from 'ajv';

/**
 * The part of the Compose specification that deploy/compose.yaml uses, with closed sets of keys: a misspelt key, or
 * one that nobody has thought about here, is refused. Source: compose-specification, chapters 05-services to
 * 07-volumes.
 */
const words = { type: 'array', items: { type: 'string' }, minItems: 1 };
const duration = { type: 'string', pattern: '^([0-9]+(ms|s|m|h))+$' };
const settings = { type: 'object', additionalProperties: { type: 'string' } };

const service = {
  type: 'object',
  additionalProperties: false,
  required: ['image', 'restart', 'healthcheck'],
  properties: {
    build: {
      type: 'object',
      additionalProperties: false,
      required: ['context', 'dockerfile'],
      properties: { context: { type: 'string' }, dockerfile: { type: 'string' } },
    },
    cap_drop: words,
    command: words,
    environment: settings,
    healthcheck: {
      type: 'object',
      additionalProperties: false,
      required: ['test', 'interval', 'timeout', 'retries'],
      properties: {
        test: {
          ...words,
          items: [{ enum: ['CMD', 'CMD-SHELL'] }],
          additionalItems: { type: 'string' },
        },
        interval: duration,
        timeout: duration,
        start_period: duration,
        retries: { type: 'integer', minimum: 1 },
      },
    },
    image: { type: 'string' },
    init: { type: 'boolean' },
    logging: {
      type: 'object',
      additionalProperties: false,
      properties: { driver: { type: 'string' }, options: settings },
    },
    network_mode: { type: 'string', pattern: '^(host|none|bridge|service:.+)$' },
    ports: words,
    read_only: { type: 'boolean' },
    restart: { enum: ['always', 'unless-stopped', 'on-failure'] },
    security_opt: words,
    stop_grace_period: duration,
    tmpfs: words,
    volumes: words,
  },
};

const schema: AnySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'services'],
  patternProperties: { '^x-': {} },
  properties: {
    name: { type: 'string', pattern: '^[a-z0-9][a-z0-9_-]*$' },
    services: { type: 'object', minProperties: 1, additionalProperties: service },
    volumes: { type: 'object', additionalProperties: { type: 'null' } },
  },
};

const validate = new Ajv({ allErrors: true, strict: false }).compile(schema);

/** What the schema has against a parsed compose file, one line each; empty when it is valid. */
export function findSchemaProblems(compose: unknown): readonly string[] {
  if (validate(compose)) return [];
  return (validate.errors ?? []).map(
    (error) => `${error.instancePath}: ${error.message ?? ''} ${JSON.stringify(error.params)}`,
  );
}
