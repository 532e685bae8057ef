import { DEFAULT_RETENTION } from '../responder/pipeline/pipeline.ts';
import type { RetentionSettings } from '../responder/pipeline/pipeline.ts';
import { decode } from '../std/std.ts';
import type { Decoder } from '../std/std.ts';

/** Of sessions the access decides. */
export type RetentionConfig = Omit<RetentionSettings, 'sessionsMs'>;

const DAY_MS = 86_400_000;
const MEGABYTE = 1024 * 1024;
const LONGEST_MS = 10 * 366 * DAY_MS;

const { sessionsMs: _sessions, ...defaults } = DEFAULT_RETENTION;
export const DEFAULT_RETENTION_CONFIG: RetentionConfig = defaults;

const keys = decode.object({
  incidents: decode.withDefault(
    // Longer than an incident may be reopened by its alerts.
    decode.duration({ minimumMs: 8 * DAY_MS, maximumMs: LONGEST_MS }),
    defaults.incidentsMs,
    'incidents that are over lose their texts so long after the last that happened to them; their figures stay',
    '365d',
  ),
  events: decode.withDefault(
    decode.duration({ minimumMs: DAY_MS, maximumMs: LONGEST_MS }),
    defaults.eventsMs,
    'alert events and what is known of their deliveries, after they were processed',
    '14d',
  ),
  raw_bodies: decode.withDefault(
    decode.duration({ maximumMs: LONGEST_MS }),
    defaults.rawBodiesMs,
    'bodies of deliveries as they came, unmasked; in quarantine, after somebody decided upon them',
    '3d',
  ),
  quarantine: decode.withDefault(
    decode.duration({ minimumMs: DAY_MS, maximumMs: LONGEST_MS }),
    defaults.quarantineMs,
    'what nobody decided upon is discarded so long after it came last, and said so in the log',
    '30d',
  ),
  quarantine_entries: decode.withDefault(
    decode.integer({ minimum: 10, maximum: 1_000_000 }),
    defaults.quarantineEntries,
    'bodies in quarantine; when none of them was decided upon, further ones are answered 503',
    '10000',
  ),
  quarantine_megabytes: decode.withDefault(
    decode.integer({ minimum: 64, maximum: 1_000_000 }),
    defaults.quarantineBytes / MEGABYTE,
    'what those bodies may weigh together',
    '1024',
  ),
});

export const retentionDecoder: Decoder<RetentionConfig> = decode.transform(
  decode.refine(keys, ({ events, incidents }) =>
    events <= incidents
      ? undefined
      : {
          at: 'events',
          message: 'is longer than incidents: the events of an incident would outlive its texts',
          remedy: 'write a shorter time, or a longer one for incidents',
        },
  ),
  (decoded) => ({
    incidentsMs: decoded.incidents,
    eventsMs: decoded.events,
    rawBodiesMs: decoded.raw_bodies,
    quarantineMs: decoded.quarantine,
    quarantineEntries: decoded.quarantine_entries,
    quarantineBytes: decoded.quarantine_megabytes * MEGABYTE,
  }),
);
