import type { Express, Request, Response } from 'express';
import { SOURCE_KINDS } from '../responder/alerts/alerts.ts';
import type { SourceKind } from '../responder/alerts/alerts.ts';
import { crashPoint, errorMessage, unreachable } from '../std/std.ts';
import type { Clock, Logger } from '../std/std.ts';
import type { ClientAddress } from './access/client-address.ts';
import { createGuessLimit } from './access/guess-limit.ts';
import type { GuessLimit } from './access/guess-limit.ts';
import { isCrossSite } from './host-check.ts';
import { INTAKE_LIMITS, createIntakeBudget, readBody } from './intake-body.ts';
import type { BodyFailure, IntakeBudget, IntakeLimits, Lease } from './intake-body.ts';
import { route, sendText } from './routes.ts';
import type { Handler } from './routes.ts';
import type { SenderAccess, SenderVerdict } from './sender-access.ts';
import type { IntakeOutcome, RefusalReason, ResponderService } from './services.ts';

const INTAKE_FOLDER = '/api/v1/alerts';
export const INTAKE_PATH: string = `${INTAKE_FOLDER}/alertmanager`;
export const INTAKE_LIMIT_BYTES: number = INTAKE_LIMITS.bodyBytes;

export type IntakeOptions = {
  readonly service: ResponderService;
  readonly senders: SenderAccess;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly hosts: readonly string[];
  readonly addressOf: ClientAddress;
  readonly limits?: Partial<IntakeLimits>;
};

/** One delivery on its way. */
type Arrival = {
  readonly request: Request;
  readonly response: Response;
  readonly kind: SourceKind;
  readonly sender: string;
};

/**
 * Deliveries of alerts, one address for each kind of sender. Up to 0.34 Alertmanager gives up on any 4xx, and on 429
 * too, but retries 5xx: so a delivery that we could take later is always answered with 503, and 200 is said only after
 * the commit.
 */
export function mountIntake(app: Express, options: IntakeOptions): void {
  const limits = { ...INTAKE_LIMITS, ...options.limits };
  const budget = createIntakeBudget(limits);
  const guesses = createGuessLimit(options.clock);
  for (const kind of SOURCE_KINDS) {
    const admit: Handler = async (request, response) => {
      const verdict: SenderVerdict = isCrossSite(request.headers, options.hosts)
        ? { status: 'unauthorised' }
        : options.senders(request, kind);
      if (verdict.status !== 'known')
        return refuseSender({ request, response, kind }, verdict, guesses, options);
      const arrival = { request, response, kind, sender: verdict.sender };
      await receive(arrival, budget, limits, options);
    };
    route(app, `${INTAKE_FOLDER}/${kind}`, { POST: [admit] });
  }
}

/**
 * Right credentials were let through before this, whatever else came from their address. Wrong ones are answered with
 * 401 always, for a sender believes nothing else; who sends many of them waits for it.
 */
async function refuseSender(
  { request, response, kind }: Omit<Arrival, 'sender'>,
  verdict: Exclude<SenderVerdict, { status: 'known' }>,
  guesses: GuessLimit,
  { service, logger, addressOf }: IntakeOptions,
): Promise<void> {
  const address = addressOf(request);
  // The body is not read: nobody knows who sends it.
  response.set('Connection', 'close');
  switch (verdict.status) {
    case 'unauthorised':
      service.countRefusal?.('unauthorised', { sender: 'unknown', kind });
      // What comes all the time would fill the log; the metric counts it.
      if ((await waitForGuess(request, address, guesses)) === 'few') {
        logger.warn('Alert delivery refused: no valid credentials', { address, kind });
      }
      response.set('WWW-Authenticate', [
        'Bearer realm="crmwatch alerts"',
        'Basic realm="crmwatch alerts"',
      ]);
      sendText(response, 401, 'Send the credentials of one of the configured senders.');
      return;
    case 'forbidden':
      service.countRefusal?.('forbidden', { sender: verdict.sender, kind });
      logger.warn('Alert delivery refused: not allowed', { address, kind, ...verdict });
      sendText(response, 403, `The sender ${verdict.sender} may not do this: ${verdict.why}.`);
      return;
    case 'unavailable':
      service.countRefusal?.('secrets_unreadable', { sender: 'unknown', kind });
      sendText(
        response.set('Retry-After', '5'),
        503,
        'Senders cannot be told apart now; try again.',
      );
      return;
    default:
      unreachable(verdict);
  }
}

/** Who shows nothing guesses nothing, and need not wait. */
async function waitForGuess(
  request: Request,
  address: string,
  guesses: GuessLimit,
): Promise<'few' | 'too_many'> {
  const shown = request.get('authorization');
  return shown === undefined ? 'few' : guesses.wrong(address, shown);
}

async function receive(
  arrival: Arrival,
  budget: IntakeBudget,
  limits: IntakeLimits,
  options: IntakeOptions,
): Promise<void> {
  const { request } = arrival;
  const lease = budget.open();
  if (lease === null) return refuseBody(arrival, 'overloaded', options);
  const read = await readBody(request, lease, limits, options.clock);
  if (!read.ok) {
    lease.release();
    return refuseBody(arrival, read.failure, options);
  }
  await commit(arrival, read.body, lease, limits, options);
}

function refuseBody(
  { request, response, kind, sender }: Arrival,
  failure: BodyFailure,
  { service, logger }: IntakeOptions,
): void {
  const fields = { sender, kind, bytes: request.get('content-length') ?? 'unknown' };
  const count = (reason: RefusalReason): void => service.countRefusal?.(reason, { sender, kind });
  // What is left of the body is not wanted.
  response.set('Connection', 'close');
  switch (failure) {
    case 'too_large':
      // The one refusal that loses alerts, so it is loud: the sender does not come again with a smaller body.
      count('too_large');
      logger.error('Alert delivery lost: larger than the limit, and the sender will not retry', {
        ...fields,
        limitBytes: INTAKE_LIMIT_BYTES,
        remedy: 'set group_by in Alertmanager so that groups become smaller',
      });
      sendText(response, 413, `Larger than ${INTAKE_LIMIT_BYTES} bytes; group the alerts finer.`);
      return;
    case 'overloaded':
      count('overloaded');
      logger.warn('Alert delivery put off: too much at once', fields);
      sendText(response.set('Retry-After', '5'), 503, 'Too many deliveries at once; try again.');
      return;
    case 'too_slow':
      count('too_slow');
      logger.warn('Alert delivery put off: its body came too slowly', fields);
      sendText(response.set('Retry-After', '5'), 503, 'The body came too slowly; try again.');
      return;
    case 'hung_up':
      count('hung_up');
      logger.warn('Alert delivery broken off by the sender, who will retry', fields);
      response.destroy();
      return;
    default:
      unreachable(failure);
  }
}

/**
 * Answers once the delivery is committed, or with 503 when that takes too long: it may be committed all the same, and
 * the sender's second delivery is then a repeat, which opens nothing. Bytes are held until the commit has ended.
 */
async function commit(
  arrival: Arrival,
  body: Buffer,
  lease: Lease,
  { commitMs }: IntakeLimits,
  { service, clock, logger }: IntakeOptions,
): Promise<void> {
  const { request, response, kind, sender } = arrival;
  const encoding = (request.get('content-encoding') ?? '').trim().toLowerCase();
  const fields = { sender, kind, bytes: body.length };
  const late = Promise.withResolvers<'late'>();
  const timer = clock.after(commitMs, () => late.resolve('late'));
  const accepting = service.accept(body, sender, clock.now(), { kind, encoding });
  const ended = accepting.then(
    (outcome) => ({ outcome }),
    (error: unknown) => ({ error }),
  );
  void ended.then(() => lease.release());
  const result = await Promise.race([ended, late.promise]);
  timer.cancel();
  if (result === 'late') {
    service.countRefusal?.('commit_too_slow', { sender, kind });
    logger.error('Alert delivery not committed in time; the sender will retry', fields);
    sendText(response.set('Retry-After', '5'), 503, 'Not committed yet; try again.');
  } else if ('error' in result) {
    const problem = errorMessage(result.error);
    logger.error('Alert delivery not committed; the sender will retry', { ...fields, problem });
    sendText(response.set('Retry-After', '5'), 503, 'Not committed; try again.');
  } else {
    crashPoint('intake:before-answer');
    answer(response, result.outcome, fields, logger);
    crashPoint('intake:after-answer');
  }
}

function answer(response: Response, outcome: IntakeOutcome, fields: object, logger: Logger): void {
  if (outcome.status === 'accepted') {
    response.status(200).json({ status: 'accepted', events: outcome.events });
    return;
  }
  const problems = outcome.problems.slice(0, 5);
  logger.error('Undecodable alert delivery kept in quarantine', { ...fields, problems });
  response.status(400).json({ status: 'undecodable', problems: outcome.problems });
}
