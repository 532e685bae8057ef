import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasAlertmanager, startAlertmanager } from '../support/alertmanager.ts';
import { startClusterNetwork } from '../support/cluster-network.ts';
import { waitUntil } from '../support/program.ts';
import { hasPrometheus } from '../support/real-prometheus.ts';
import { createTemporaryFolder } from '../support/responder.ts';
import { startLane } from '../torture/senders/lane.ts';
import type { Lane } from '../torture/senders/lane.ts';
import { play } from '../torture/senders/play.ts';
import { drawScenario } from '../torture/senders/scenario.ts';

/**
 * A few of the runs that `npm run torture` makes by the hundred. The seeds are short ones, with restarts, silences and
 * flaps.
 */
const RUNS = [
  { peers: 1, seed: 42 },
  { peers: 3, seed: 107 },
];

describe.skipIf(!hasAlertmanager || !hasPrometheus).concurrent('the matrix of senders', () => {
  const lanes: Lane[] = [];

  beforeAll(async () => {
    lanes.push(...(await Promise.all(RUNS.map(async () => startLane()))));
  });
  afterAll(async () => {
    await Promise.all(lanes.map(async (lane) => lane.stop()));
  });

  it.for([...RUNS.entries()])(
    'run %o: one incident per episode, none stuck open, none closed falsely',
    { timeout: 300_000 },
    async ([index, { peers, seed }]) => {
      const lane = lanes[index];
      if (lane === undefined) throw new Error('there is no lane');
      const played = await play(lane, { peers, store: null }, drawScenario(seed, peers));
      expect(played.episodes).toBeGreaterThan(1);
      expect(played.deliveries).toBeGreaterThan(0);
      expect(played.breaches).toEqual([]);
    },
  );
});

describe.skipIf(!hasAlertmanager).concurrent('the network of a cluster', () => {
  it('is cut and mended: each peer sees only those that it can reach', async () => {
    using folder = createTemporaryFolder();
    const network = await startClusterNetwork(3);
    const configuration = { route: { receiver: 'nobody' }, receivers: [{ name: 'nobody' }] };
    const peers = await Promise.all(
      network.addresses.map(async (address, index) => {
        const fellows = network.addresses.filter((other) => other !== address);
        return startAlertmanager({
          folder: join(folder.path, `peer-${index}`),
          configuration,
          cluster: { ...address, fellowPorts: fellows.map((other) => other.advertisedPort) },
        });
      }),
    );
    const reach = async (members: readonly number[]): Promise<void> => {
      const seen = { counts: [] as readonly number[] };
      const look = async (): Promise<boolean> => {
        const counts = peers.map(async (peer) => peer.metric('alertmanager_cluster_members'));
        seen.counts = await Promise.all(counts);
        return String(seen.counts) === String(members);
      };
      const describeCounts = (): string =>
        `${String(members)} members, and not ${seen.counts.join()}`;
      await waitUntil(look, { timeoutMs: 60_000, describe: describeCounts });
    };
    try {
      await reach([3, 3, 3]);
      network.part([[0, 1]]);
      await reach([2, 2, 1]);
      network.part([]);
      await reach([1, 1, 1]);
      network.heal();
      await reach([3, 3, 3]);
    } finally {
      await Promise.all(peers.map(async (peer) => peer.stop()));
      await network.stop();
    }
  });
});
