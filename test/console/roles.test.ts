import { describe, expect, it } from 'vitest';
import { incidentDetailPage } from '../../src/console/console.ts';
import type { Role } from '../../src/responder/accounts/accounts.ts';
import { samplePageContext, sampleDetail } from '../support/console-samples.ts';

function pageFor(role: Role): string {
  const context = samplePageContext();
  return incidentDetailPage(sampleDetail(), { ...context, role, means: 'session', signedIn: true });
}

describe('pages for a role', () => {
  it('shows a viewer no form that changes an incident, and says why', () => {
    const page = pageFor('viewer');
    expect(page.match(/action="[^"]*"/g)).toEqual(['action="/logout"']);
    expect(page).toContain('You have the role <strong>viewer</strong>');
    expect(page).toContain('takes the role <strong>responder</strong>');
  });

  it.each(['responder', 'admin'] as const)('shows a %s every form', (role) => {
    const page = pageFor(role);
    for (const form of ['acknowledge', 'comment', 'correction', 'close']) {
      expect(page).toContain(`id="${form}-form"`);
    }
    expect(page).not.toContain('id="read-only"');
  });
});
