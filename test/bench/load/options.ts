import { parseArgs } from 'node:util';

export const ENGINES = ['sqlite', 'postgresql'] as const;
export type Engine = (typeof ENGINES)[number];

export type LoadOptions = {
  readonly minutes: number;
  readonly engines: readonly Engine[];
  readonly alertsPerDelivery: number;
  /** Alerts per second at which deliveries are due; null sends the next as soon as the last was answered. */
  readonly rate: number | null;
  /** Senders at a time while there is no rate. */
  readonly senders: number;
};

export const LOAD_USAGE: string = [
  'usage: npm run bench -- load [options]',
  '',
  '  --minutes N               how long, for each store (default 0.5)',
  '  --store NAME              sqlite, postgresql or both (default both)',
  '  --alerts-per-delivery N   alerts in one post (default 20)',
  '  --rate N                  open loop: alerts per second that are due whatever the answers are;',
  '                            without it a closed loop: each sender waits for its answer',
  '  --senders N               senders of the closed loop (default 8)',
].join('\n');

const MINUTES_MAX = 60;
const ALERTS_MAX = 5000;
const RATE_MAX = 100_000;
const SENDERS_MAX = 256;

/** Throws with what is wrong and how to use it. */
export function parseLoadOptions(words: readonly string[]): LoadOptions {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      args: [...words],
      options: {
        minutes: text,
        store: text,
        'alerts-per-delivery': text,
        rate: text,
        senders: text,
      },
    });
    const { store = 'both' } = values;
    const engines = ENGINES.filter((engine) => store === 'both' || store === engine);
    if (engines.length === 0) throw new Error(`there is no store "${store}"`);
    const whole = (name: keyof typeof values, otherwise: number, maximum: number): number =>
      numberOf(name, values[name], otherwise, { minimum: 1, maximum, isWhole: true });
    return {
      minutes: numberOf('minutes', values.minutes, 0.5, { minimum: 0.1, maximum: MINUTES_MAX }),
      engines,
      alertsPerDelivery: whole('alerts-per-delivery', 20, ALERTS_MAX),
      rate: values.rate === undefined ? null : whole('rate', 1, RATE_MAX),
      senders: whole('senders', 8, SENDERS_MAX),
    };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${LOAD_USAGE}`, { cause: error });
  }
}

function numberOf(
  name: string,
  text: string | undefined,
  otherwise: number,
  bounds: { readonly minimum: number; readonly maximum: number; readonly isWhole?: true },
): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  const { minimum, maximum, isWhole = false } = bounds;
  const isFine = text.trim() !== '' && value >= minimum && value <= maximum;
  if (isFine && (!isWhole || Number.isInteger(value))) return value;
  const kind = isWhole ? 'a whole number' : 'a number';
  throw new Error(`--${name} takes ${kind} from ${minimum} to ${maximum}, not "${text}"`);
}
