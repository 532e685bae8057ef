import { describe, expect, it } from 'vitest';
import { complete } from '../../src/cli/init/interview.ts';
import { connectionDecoder, findPlatform } from '../../src/exporter/connectors/connectors.ts';
import { decode } from '../../src/std/std.ts';

type Asked = { readonly questions: readonly string[]; readonly answer: unknown };

/** Answers in turn; what is left unanswered fails the test. */
async function interview(
  platform: string,
  given: object,
  answers: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Asked> {
  const questions: string[] = [];
  const left = [...answers];
  const shape = findPlatform(platform)?.decoder.shape ?? connectionDecoder.shape;
  const answer = await complete(
    shape,
    { platform, ...given },
    { place: '', description: 'the connection' },
    {
      ask(question) {
        questions.push(question);
        const next = left.shift();
        return next === undefined
          ? Promise.reject(new Error(`no answer to: ${question}`))
          : Promise.resolve(next);
      },
      note: () => {},
      environment,
      asked: new Set(),
      offersMore: true,
    },
  );
  expect(left).toEqual([]);
  return { questions, answer };
}

describe('the interview', () => {
  it('offers the sections of a REST target, and takes places, lists and maps', async () => {
    const { answer } = await interview(
      'rest',
      { url: 'https://crm.example.com', authentication: { method: 'none' } },
      [
        ['n'], // status_page
        ['n'], // security_authentication
        ['y', '/health', 'n'], // health, and what it says when all is well
        ['n'], // login
        ['y', '/me', '/contacts'], // latency
        ['n'], // limits
        ['n'], // jobs
        ['n'], // logins
        ['y', '/users', '/data', 'y', '/role', '[admin, root]'], // users, and who is privileged
        ['n'], // audit
        ['n'], // tokens
        ['y', 'contact', '/contacts', '/data', 'email', '/email', '', ''], // objects
      ].flat(),
    );
    expect(answer).toEqual({
      platform: 'rest',
      url: 'https://crm.example.com',
      authentication: { method: 'none' },
      health: { path: '/health' },
      latency: { light: '/me', representative: '/contacts' },
      users: {
        path: '/users',
        items: '/data',
        privileged: { pointer: '/role', values: ['admin', 'root'] },
      },
      objects: { contact: { path: '/contacts', items: '/data', fields: { email: '/email' } } },
    });
    expect(decode.run(connectionDecoder, answer).ok).toBe(true);
  });

  it('takes a choice by its number, a file for a secret, and nothing for one that is not needed', async () => {
    const given = { objects: {}, queries: {} };
    const database = ['postgresql', 'db.example.com', 'crm', 'reader'];
    const withFile = await interview('sql', given, [...database, './db.password']);
    expect(withFile.answer).toMatchObject({ database: { password: { file: './db.password' } } });
    const without = await interview('sql', given, ['1', ...database.slice(1), '']);
    expect(without.answer).toMatchObject({ database: { engine: 'postgresql', user: 'reader' } });
    expect(decode.run(connectionDecoder, without.answer).ok).toBe(true);
  });

  it('asks again for a secret until a place is named where it is', async () => {
    const given = {
      url: 'https://crm.example.com',
      database: 'company',
      authentication: { user: 'crmwatch' },
    };
    const answers = ['n', 'hunter2', 'hunter 2!', '', 'CRM_PASSWORD', 'n', 'n'];
    const { answer, questions } = await interview('tryton', given, answers, { CRM_PASSWORD: 'x' });
    expect(answer).toMatchObject({ authentication: { password: { environment: 'CRM_PASSWORD' } } });
    expect(questions.join('\n')).not.toContain('hunter');
    expect(questions[1]).toContain('never the secret itself');
  });
});
