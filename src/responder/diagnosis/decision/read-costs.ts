import { isNumber, readCells, refuseTable } from '../table/table.ts';
import { UNKNOWN_ANSWER } from './decide.ts';
import type { Cost } from './decide.ts';

const COLUMNS = ['actual', 'answer', 'cost'] as const;

/**
 * Reads a table with the columns actual, answer and cost.
 * @param classes that the costs may name.
 * @throws CrmwatchError training_data_invalid, naming the line.
 */
export function readCosts(
  text: string,
  place: string,
  classes: readonly string[],
): readonly Cost[] {
  const { header, rows } = readCells(text, place);
  const [actualAt, answerAt, costAt] = COLUMNS.map((name) => header.indexOf(name));
  if (actualAt === -1 || answerAt === -1 || costAt === -1) {
    refuseTable(
      `${place} has the columns ${header.join(', ')}`,
      `give a table with the columns ${COLUMNS.join(', ')}`,
    );
  }
  const known = (name: string, line: number, isAnswer: boolean): string => {
    if (classes.includes(name) || (isAnswer && name === UNKNOWN_ANSWER)) return name;
    return refuseTable(
      `${place}:${line}: there is no class "${name}"`,
      `name one of ${classes.slice(0, 20).join(', ')}${isAnswer ? `, or ${UNKNOWN_ANSWER}` : ''}`,
    );
  };
  return rows.map(({ line, cells }) => {
    const [actual = '', answer = ''] = [cells[actualAt!], cells[answerAt!]];
    const cost = isNumber(cells[costAt!] ?? '') ? Number(cells[costAt!]) : Number.NaN;
    if (!(cost >= 0 && cost <= 1e6)) {
      refuseTable(
        `${place}:${line}: the cost is "${cells[costAt!]}"`,
        'give a number from 0 to 1e6: how many ordinary wrong answers this one is as bad as',
      );
    }
    if (actual === answer) {
      refuseTable(`${place}:${line}: the right answer costs nothing`, 'leave the line out');
    }
    return { actual: known(actual, line, false), answer: known(answer, line, true), cost };
  });
}
