/** First come, first served; a holder lets the next one in. */
export type Queue = { enter(): Promise<void>; leave(): void };

export function createQueue(): Queue {
  const waiting: (() => void)[] = [];
  let held = false;
  return {
    async enter() {
      if (held) await new Promise<void>((resolve) => waiting.push(resolve));
      held = true;
    },
    leave() {
      const next = waiting.shift();
      if (next === undefined) held = false;
      else next();
    },
  };
}
