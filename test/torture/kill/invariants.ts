import { transition } from '../../../src/responder/incidents/incidents.ts';
import type { Incident, JournalEntry } from '../../../src/responder/incidents/incidents.ts';
import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';
import type { Sent, ToldAlert } from './ledger.ts';
import type { Rows } from './rows.ts';
import type { Received } from './world.ts';

export type Facts = {
  readonly sent: readonly Sent[];
  /** Bodies that lay in quarantine and could be read by then; each is told once. */
  readonly planted: readonly Pick<Sent, 'id' | 'body' | 'alerts'>[];
  readonly received: readonly Received[];
  readonly rows: Rows;
};

/** Each promise in words, with what broke it; none when all were kept. Pure, so that planted faults can be shown to it. */
export function findViolations(facts: Facts): readonly string[] {
  return [
    ...checkAnswers(facts),
    ...checkDeliveries(facts),
    ...checkQuarantine(facts),
    ...checkInbox(facts),
    ...checkEpisodes(facts),
    ...checkRecovery(facts),
    ...checkNotices(facts),
    ...checkOutbox(facts),
  ];
}

/** Senders give up on 4xx, so a delivery that can be read must never get one. */
function checkAnswers({ sent }: Facts): readonly string[] {
  return sent
    .filter(({ alerts, status, mayLapse }) => {
      // Alertmanager may put something newer in the place of what was not answered.
      if (mayLapse === true && (status === null || status >= 500)) return false;
      return status !== (alerts.length > 0 ? 200 : 400);
    })
    .map(({ id, status }) => `the delivery ${id} was answered with ${status ?? 'nothing'}`);
}

function tellingOf({ fingerprint, status, startsAtMs }: ToldAlert): string {
  return `${fingerprint} ${status} ${startsAtMs}`;
}

/** What was answered with 2xx is there as it was sent, to the byte, and nothing is there that nobody sent. */
function checkDeliveries({ sent, planted, rows }: Facts): readonly string[] {
  const problems: string[] = [];
  const known = new Map([...sent, ...planted].map((delivery) => [delivery.body, delivery]));
  const byBody = Map.groupBy(rows.deliveries, ({ body }) => Buffer.from(body).toString());
  const events = Map.groupBy(rows.inbox, ({ delivery_id: id }) => id);
  for (const { id, body } of sent.filter(({ status }) => status === 200)) {
    if (!byBody.has(body)) problems.push(`the delivery ${id} was answered and is missing`);
  }
  for (const { id, body } of planted) {
    const copies = byBody.get(body)?.length ?? 0;
    if (copies !== 1) problems.push(`the replay of ${id} told its events ${copies} times`);
  }
  for (const [body, copies] of byBody) {
    const delivery = known.get(body);
    if (delivery === undefined) problems.push(`nobody sent what is kept as ${body.slice(0, 200)}`);
    else {
      const told = sortedText(delivery.alerts.map(tellingOf));
      for (const { id } of copies) {
        const kept = (events.get(id) ?? []).map(({ event }) => JSON.parse(event) as AlertEvent);
        if (sortedText(kept.map(tellingOf)) === told) continue;
        problems.push(`the events of ${delivery.id} are not the ones that were sent`);
      }
    }
  }
  return problems;
}

function sortedText(texts: readonly string[]): string {
  return texts.toSorted().join('\n');
}

function checkQuarantine({ sent, rows }: Facts): readonly string[] {
  const kept = new Set(rows.quarantine.map(({ body }) => Buffer.from(body).toString()));
  const waiting = rows.quarantine.filter(
    ({ body, status }) => status === 'kept' && Buffer.from(body).toString().includes('delivery='),
  );
  return [
    ...sent
      .filter(
        ({ alerts, status, body }) => alerts.length === 0 && status === 400 && !kept.has(body),
      )
      .map(({ id }) => `the unreadable delivery ${id} was answered and is not in quarantine`),
    ...waiting.map(() => 'a delivery that can be read is still in quarantine'),
  ];
}

function checkInbox({ rows }: Facts): readonly string[] {
  return rows.inbox.flatMap(({ processed_at_ms: processedAtMs, outcome, event }) => {
    if (processedAtMs === null) return [`an event was never processed: ${event}`];
    return outcome?.startsWith('failed') === true ? [`an event was set aside: ${outcome}`] : [];
  });
}

/** Each firing that was answered is in exactly one incident, and a target has one open incident at most. */
function checkEpisodes({ sent, rows }: Facts): readonly string[] {
  const homes = new Map<string, Set<string>>();
  for (const [incidentId, journal] of rows.journals) {
    for (const alert of journal.flatMap(firingsOf)) {
      const episode = `${alert.fingerprint} ${alert.startsAtMs}`;
      homes.set(episode, (homes.get(episode) ?? new Set()).add(incidentId));
    }
  }
  const episodes = new Set(
    sent
      .filter(({ status: answer }) => answer === 200)
      .flatMap(({ alerts }) => alerts)
      .filter(({ status }) => status === 'firing')
      .map(({ fingerprint, startsAtMs }) => `${fingerprint} ${startsAtMs}`),
  );
  return [
    ...[...episodes]
      .filter((episode) => !homes.has(episode))
      .map((episode) => `the episode ${episode} is in no incident`),
    ...[...homes]
      .filter(([, incidents]) => incidents.size > 1)
      .map(([episode, ids]) => `the episode ${episode} is in ${[...ids].join(' and ')}`),
  ];
}

function firingsOf({ event }: JournalEntry): readonly AlertEvent[] {
  if (event.kind === 'alert_fired') return [event.alert];
  if (event.kind !== 'alerts_told') return [];
  return event.alerts.filter(({ status }) => status === 'firing');
}

/** Everything was resolved and the CRMs are well, so nothing is open and nothing is due. */
function checkRecovery({ rows }: Facts): readonly string[] {
  return [
    ...rows.incidents
      .filter(({ phase, confirmation }) => phase !== 'resolved' || confirmation !== 'confirmed')
      .map(({ id, phase }) => `the incident ${id} is still ${phase}`),
    ...rows.dueWork.map(({ work, incident_id: id }) => `the ${work} of ${id} is still due`),
  ];
}

const COUNTED = ['opened', 'reopened', 'resolved'];

/** What the journal says that people must be told is in the outbox, once. */
function checkNotices({ rows }: Facts): readonly string[] {
  const enqueued = Map.groupBy(rows.outbox, (row) => `${row.incident_id} ${row.notice}`);
  const due = [...rows.journals].flatMap(([id, journal]) =>
    noticesOf(journal).map((notice) => `${id} ${notice}`),
  );
  const expected = Map.groupBy(due, (key) => key);
  const keys = new Set([...enqueued.keys(), ...expected.keys()]);
  return [...keys].flatMap((key) => {
    if (!COUNTED.includes(key.split(' ')[1] ?? '')) return [];
    const [want, have] = [expected.get(key)?.length ?? 0, enqueued.get(key)?.length ?? 0];
    return want === have ? [] : [`the notice ${key} is due ${want} times and was enqueued ${have}`];
  });
}

/** The journal is enough to tell what had to be said: the same pure function decides it again. */
function noticesOf(journal: readonly JournalEntry[]): readonly string[] {
  let incident: Incident | null = null;
  const notices: string[] = [];
  for (const { event, atMs } of journal) {
    // Nothing of these runs is old enough to be forgotten.
    if (event.kind === 'forgotten') continue;
    const outcome = transition(incident, event, atMs);
    incident = outcome.incident;
    for (const effect of outcome.effects) {
      if (effect.kind === 'notify') notices.push(effect.notice);
    }
  }
  return notices;
}

/** Every effect arrived at least once, under its own identifier, and a repetition is the very same message. */
function checkOutbox({ received, rows }: Facts): readonly string[] {
  const arrived = Map.groupBy(received, ({ id }) => id);
  const ids = new Set(rows.outbox.map(({ id }) => id));
  return [
    ...rows.outbox
      .filter(({ id, state }) => state !== 'sent' || !arrived.has(id))
      .map(({ id, state }) =>
        arrived.has(id)
          ? `the notice ${id} arrived and is ${state}`
          : `the notice ${id} never arrived and is ${state}`,
      ),
    ...[...arrived.keys()]
      .filter((id) => !ids.has(id))
      .map((id) => `the notice ${id} arrived and is in no outbox`),
    ...[...arrived]
      .filter(([, copies]) => new Set(copies.map(({ body }) => body)).size > 1)
      .map(([id]) => `the notice ${id} arrived with different contents`),
  ];
}
