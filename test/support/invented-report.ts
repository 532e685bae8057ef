import { reportOn } from '../../src/responder/diagnosis/diagnosis.ts';
import type { Report } from '../../src/responder/diagnosis/diagnosis.ts';
import { createSeededRandom } from '../../src/std/std.ts';

/** What a classifier would come to that is right somewhat less often than it says. */
export function inventReport(classes: readonly string[], rows: number): Report {
  const classCount = classes.length;
  const random = createSeededRandom(classCount);
  const predictions = Array.from({ length: rows }, (_, row) => {
    const answer = Math.floor(random.next() * classCount);
    const confidence = 1 / classCount + (1 - 1 / classCount) * random.next();
    const isRight = random.next() < confidence * 0.9;
    const rest = (1 - confidence) / (classCount - 1);
    return {
      actual: isRight ? answer : (answer + 1) % classCount,
      probabilities: classes.map((_class, index) => (index === answer ? confidence : rest)),
      group: String(row),
    };
  });
  return reportOn(predictions, classes, { repetitions: 20 });
}
