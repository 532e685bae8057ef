import { createSystemClock } from '../../src/std/std.ts';
import { createAlert, createWebhookBody } from './alerts.ts';
import { createTestResponder } from './responder.ts';

/** Accepts deliveries one after the other and names each once it is durable, until somebody kills it. */
const [, , file = ''] = process.argv;
const { pipeline } = await createTestResponder({ file });
const clock = createSystemClock();
pipeline.start();
for (let number = 0; ; number++) {
  const labels = { alertname: 'CrmUnreachable', target: `crm${number}`, severity: 'critical' };
  await pipeline.accept(createWebhookBody([createAlert({ labels })]), 'am', clock.now());
  process.stdout.write(`crm${number}\n`);
}
