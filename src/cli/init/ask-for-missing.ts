import {
  PLATFORM_NAMES,
  connectionDecoder,
  findPlatform,
} from '../../exporter/connectors/connectors.ts';
import { decode, isFields } from '../../std/std.ts';
import type { Fields } from '../../std/std.ts';
import { formatProblems, nameDecoder } from '../../config/config.ts';
import type { Answers } from './answers.ts';
import { choose, complete } from './interview.ts';
import type { Interview } from './interview.ts';

/** Asks until what is given makes a connection. */
export async function askForMissing(
  given: Answers,
  { ask, note }: Pick<Interview, 'ask' | 'note'>,
): Promise<Answers> {
  const asked = new Set<string>();
  const interview = { ask, note, asked, environment: process.env, offersMore: true };
  let connection: Fields = given.connection;
  if (connection['platform'] === undefined) {
    connection = { platform: await askPlatform(interview), ...connection };
  }
  const { shape } = findPlatform(String(connection['platform']))?.decoder ?? connectionDecoder;
  for (let offersMore = true; ; offersMore = false) {
    const at = { place: '', description: 'the connection' };
    const completed = await complete(shape, connection, at, { ...interview, offersMore });
    connection = isFields(completed) ? completed : connection;
    const decoded = decode.run(connectionDecoder, connection);
    if (decoded.ok) break;
    const wrong = [...asked].filter((place) =>
      decoded.problems.some((problem) => isNear(problem.place, place)),
    );
    // What was not asked for is mended where it was given, and told together with everything else.
    if (wrong.length === 0) break;
    note(formatProblems(decoded.problems));
    connection = wrong.reduce((rest, place) => without(rest, place.split('.')), connection);
  }
  const platform = String(connection['platform']);
  const name = given.name ?? (await askName(platform, interview));
  return { ...given, name, connection };
}

async function askPlatform(interview: Interview): Promise<string> {
  const choices = PLATFORM_NAMES.map((name) => [name, findPlatform(name)?.title ?? ''] as const);
  return choose(choices, { place: 'platform', description: 'which CRM it is' }, interview);
}

async function askName(platform: string, { ask, note }: Interview): Promise<string> {
  const question = `name of this CRM in metrics and alerts; it should never change [${platform}]: `;
  for (;;) {
    const answer = (await ask(question)).trim();
    const decoded = decode.run(nameDecoder(), answer === '' ? platform : answer, 'name');
    if (decoded.ok) return decoded.value;
    note(formatProblems(decoded.problems));
  }
}

function isNear(problem: string, place: string): boolean {
  return problem === place || problem.startsWith(`${place}.`) || problem.startsWith(`${place}[`);
}

function without(fields: Fields, keys: readonly string[]): Fields {
  const [key = '', ...rest] = keys;
  const inner = fields[key];
  if (rest.length > 0 && isFields(inner)) return { ...fields, [key]: without(inner, rest) };
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== key));
}
