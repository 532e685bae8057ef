import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

const TIMEOUT_MS = 10_000;

/**
 * Tries one user name and password over the network, as an attacker does: whatever the certificate says.
 * Resolves to the status, or to 0 when there was no answer. Each attempt is a connection of its own.
 */
export async function requestLogin(url: string, user: string, password: string): Promise<number> {
  const body = JSON.stringify({ user, password });
  const options = {
    method: 'POST',
    agent: false,
    timeout: TIMEOUT_MS,
    rejectUnauthorized: false,
    headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) },
  };
  const target = `${url}/api/session`;
  return new Promise((resolve) => {
    const sent = target.startsWith('https:')
      ? httpsRequest(target, options)
      : httpRequest(target, options);
    sent.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('close', () => resolve(0));
    sent.on('error', () => resolve(0));
    sent.end(body);
  });
}
