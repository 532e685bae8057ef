/** A client of Tryton 6.0's JSON-RPC for tests: it writes what a user of the CRM would write. */
export type TrytonRpc = {
  /** Calls any method, such as `model.party.party.search`; adds the context as last parameter. */
  call(method: string, ...parameters: readonly unknown[]): Promise<unknown>;
  create(model: string, records: readonly TrytonValues[]): Promise<readonly number[]>;
  write(model: string, ids: readonly number[], values: TrytonValues): Promise<void>;
  delete(model: string, ids: readonly number[]): Promise<void>;
  search(model: string, domain: readonly unknown[], limit?: number): Promise<readonly number[]>;
  /** Parties with their contact mechanisms in one call; gives their ids in order. */
  createParties(parties: readonly TrytonParty[]): Promise<readonly number[]>;
  /** A user in groups named as Tryton names them, such as "Administration" or "Sales". */
  createUser(user: TrytonUser): Promise<number>;
  setUserGroups(userId: number, groups: readonly string[]): Promise<void>;
  setUserPassword(userId: number, password: string): Promise<void>;
  setUserActive(userId: number, active: boolean): Promise<void>;
  /** Opportunities of a company that is made on first use. */
  createOpportunities(opportunities: readonly TrytonOpportunity[]): Promise<readonly number[]>;
};

export type TrytonValues = Readonly<Record<string, unknown>>;
export type TrytonParty = {
  readonly name: string;
  readonly email?: string;
  readonly phone?: string;
  readonly city?: string;
};
export type TrytonUser = {
  readonly login: string;
  readonly password: string;
  readonly name?: string;
  readonly groups?: readonly string[];
};
export type TrytonOpportunity = { readonly description: string; readonly partyId?: number };

/** One attempt to log in; gives the HTTP status, 200 for a success. For bursts of failed logins. */
export async function tryTrytonLogin(
  url: string,
  database: string,
  login: string,
  password: string,
): Promise<number> {
  const answer = await post(`${url}/${database}/`, 'common.db.login', [login, { password }]);
  await answer.text();
  return answer.status;
}

async function post(
  url: string,
  method: string,
  params: readonly unknown[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ id: 1, method, params }),
  });
}

async function readResult(method: string, answer: Response): Promise<unknown> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} answered ${answer.status}: ${text.slice(0, 500)}`);
  const body = JSON.parse(text) as { result?: unknown; error?: unknown };
  if (body.error !== undefined) throw new Error(`${method}: ${JSON.stringify(body.error)}`);
  return body.result;
}

/** Logs in once; the session lives as long as Tryton keeps it. */
export async function openTrytonRpc(
  url: string,
  database: string,
  identity: { readonly login: string; readonly password: string },
): Promise<TrytonRpc> {
  const { login, password } = identity;
  const address = `${url}/${database}/`;
  const method = 'common.db.login';
  const session = await readResult(method, await post(address, method, [login, { password }]));
  const [userId, key] = session as [number, string];
  const token = Buffer.from(`${login}:${userId}:${key}`).toString('base64');
  let context: TrytonValues = {};

  async function call(name: string, ...parameters: readonly unknown[]): Promise<unknown> {
    const authorization = `Session ${token}`;
    return readResult(name, await post(address, name, [...parameters, context], { authorization }));
  }

  async function create(
    model: string,
    records: readonly TrytonValues[],
  ): Promise<readonly number[]> {
    return (await call(`model.${model}.create`, records)) as readonly number[];
  }

  async function search(
    model: string,
    domain: readonly unknown[],
    limit?: number,
  ): Promise<readonly number[]> {
    const ids = await call(`model.${model}.search`, domain, 0, limit ?? null, null);
    return ids as readonly number[];
  }

  async function write(model: string, ids: readonly number[], values: TrytonValues): Promise<void> {
    await call(`model.${model}.write`, ids, values);
  }

  async function groupIds(names: readonly string[]): Promise<readonly number[]> {
    return search('res.group', [['name', 'in', names]]);
  }

  /** Opportunities belong to a company, and a company needs a party and a currency. */
  async function enterCompany(): Promise<number> {
    const [existing] = await search('company.company', [], 1);
    const company = existing ?? (await createCompany());
    if (context['company'] === undefined) {
      await write('res.user', [userId], { companies: [['add', [company]]], company });
      context = { ...context, company };
    }
    return company;
  }

  async function createCompany(): Promise<number> {
    const values = { name: 'Euro', code: 'EUR', symbol: '€', rounding: decimal('0.01'), digits: 2 };
    const [currency] = await create('currency.currency', [values]);
    const [party] = await create('party.party', [{ name: 'Our own company' }]);
    const [company] = await create('company.company', [{ party, currency }]);
    return company ?? -1;
  }

  return {
    call,
    create,
    write,
    search,
    async delete(model, ids) {
      await call(`model.${model}.delete`, ids);
    },
    createParties: (parties) => create('party.party', parties.map(partyValues)),
    async createUser(user) {
      const { groups = [], login: name } = user;
      const values = { name: user.name ?? name, login: name, password: user.password };
      const [id] = await create('res.user', [
        { ...values, groups: [['add', await groupIds(groups)]] },
      ]);
      return id ?? -1;
    },
    async setUserGroups(id, groups) {
      const all = await search('res.group', []);
      const wanted = await groupIds(groups);
      await write('res.user', [id], {
        groups: [
          ['remove', all],
          ['add', wanted],
        ],
      });
    },
    setUserPassword: (id, newPassword) => write('res.user', [id], { password: newPassword }),
    setUserActive: (id, active) => write('res.user', [id], { active }),
    async createOpportunities(opportunities) {
      const company = await enterCompany();
      const records = opportunities.map(({ description, partyId }) => ({
        description,
        company,
        party: partyId ?? null,
      }));
      return create('sale.opportunity', records);
    },
  };
}

function decimal(value: string): TrytonValues {
  return { __class__: 'Decimal', decimal: value };
}

function partyValues(party: TrytonParty): TrytonValues {
  const mechanisms = [
    ...(party.email === undefined ? [] : [{ type: 'email', value: party.email }]),
    ...(party.phone === undefined ? [] : [{ type: 'phone', value: party.phone }]),
  ];
  const addresses = party.city === undefined ? [] : [['create', [{ city: party.city }]]];
  return {
    name: party.name,
    contact_mechanisms: mechanisms.length === 0 ? [] : [['create', mechanisms]],
    ...(addresses.length === 0 ? {} : { addresses }),
  };
}
