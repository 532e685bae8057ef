import { createSocket } from 'node:dgram';
import type { Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { joinSockets } from './cuttable-proxy.ts';
import { findLastingPort } from './program.ts';

/** Where one peer of a cluster listens, and the address in front of it that it tells the others. */
export type ClusterAddress = { readonly listenPort: number; readonly advertisedPort: number };

/**
 * The network among the peers of a cluster on loopback, which can be cut. Each peer advertises a port of ours, so
 * everything that its fellows send goes through here.
 *
 * memberlist, by which Alertmanagers gossip, sends UDP from the port that it listens on, so the sender of a packet is
 * known and any two peers can be parted. Who dials a TCP connection cannot be told. So while any peers are parted no TCP
 * passes at all: those that stay together still gossip by UDP, and lack the full exchange of states meanwhile.
 */
export type ClusterNetwork = {
  readonly addresses: readonly ClusterAddress[];
  /** Between peers of different groups nothing passes from now on; whoever is in no group is alone. */
  part(groups: readonly (readonly number[])[]): void;
  heal(): void;
  stop(): Promise<void>;
};

type Front = { readonly server: Server; readonly datagrams: DatagramSocket };

const HOST = '127.0.0.1';
const TRIES = 20;

async function bindDatagrams(port: number): Promise<DatagramSocket | undefined> {
  const socket = createSocket('udp4');
  const bound = once(socket, 'listening').then(
    () => true,
    () => false,
  );
  socket.bind(port, HOST);
  if (await bound) return socket;
  socket.close();
  return undefined;
}

/** A port that is free for TCP and for UDP. */
async function openFront(): Promise<Front> {
  for (let tries = 0; tries < TRIES; tries++) {
    const server = createServer().listen(0, HOST);
    await once(server, 'listening');
    const datagrams = await bindDatagrams((server.address() as AddressInfo).port);
    if (datagrams !== undefined) return { server, datagrams };
    server.close();
  }
  throw new Error(`${TRIES} ports that were free for TCP were taken for UDP`);
}

export async function startClusterNetwork(size: number): Promise<ClusterNetwork> {
  const fronts = await Promise.all(Array.from({ length: size }, openFront));
  const addresses: ClusterAddress[] = [];
  for (const { server } of fronts) {
    const { port: advertisedPort } = server.address() as AddressInfo;
    addresses.push({ listenPort: await findLastingPort(), advertisedPort });
  }
  const sockets = new Set<Socket>();
  const everybody = addresses.map((_, index) => index);
  let groups: readonly (readonly number[])[] = [everybody];

  const isWhole = (): boolean => groups.some((group) => group.length === size);
  const areTogether = (one: number, other: number): boolean =>
    groups.some((group) => group.includes(one) && group.includes(other));

  for (const [to, { server, datagrams }] of fronts.entries()) {
    const port = addresses[to]?.listenPort ?? 0;
    server.on('connection', (client) => {
      if (isWhole()) joinSockets(client, connect(port, HOST), sockets);
      else client.destroy();
    });
    datagrams.on('message', (packet, sender) => {
      const from = addresses.findIndex(({ listenPort }) => listenPort === sender.port);
      // Sent on by the front of the sender, so that the receiver sees the address that it knows its fellow by.
      if (areTogether(from, to)) fronts[from]?.datagrams.send(packet, port, HOST);
    });
    // A packet for a peer that is down comes back as an error, and is lost as any other packet may be.
    datagrams.on('error', () => {});
  }

  return {
    addresses,
    part(next) {
      groups = next;
      for (const socket of sockets) socket.destroy();
    },
    heal() {
      groups = [everybody];
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      for (const { server, datagrams } of fronts) {
        server.close();
        datagrams.close();
      }
      await Promise.all(
        fronts.map(async ({ server }) => server.listening && once(server, 'close')),
      );
    },
  };
}
