/**
 * Columns of texts by the property that the API gives them as. Filters name columns, lists name properties
 * (install/mysql/tables/llx_societe.sql and llx_socpeople.sql; `fetch` of Societe and of Contact).
 */
const TEXTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  thirdparties: {
    name: 'nom',
    name_alias: 'name_alias',
    email: 'email',
    phone: 'phone',
    fax: 'fax',
    url: 'url',
    address: 'address',
    zip: 'zip',
    town: 'town',
    code_client: 'code_client',
    code_fournisseur: 'code_fournisseur',
    tva_intra: 'tva_intra',
    idprof1: 'siren',
    idprof2: 'siret',
    idprof3: 'ape',
    idprof4: 'idprof4',
    idprof5: 'idprof5',
    idprof6: 'idprof6',
  },
  contacts: {
    lastname: 'lastname',
    firstname: 'firstname',
    email: 'email',
    phone_pro: 'phone',
    phone_perso: 'phone_perso',
    phone_mobile: 'phone_mobile',
    fax: 'fax',
    poste: 'poste',
    address: 'address',
    zip: 'zip',
    town: 'town',
  },
};

/** References, which are empty without a value: no text can be compared with them in every database. */
const REFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  contacts: { socid: 'fk_soc', fk_soc: 'fk_soc' },
};

/** The filter that finds records without a property; undefined where no column is known for it. */
export function missingFilterOf(entity: string, property: string): string | undefined {
  const text = columnOf(TEXTS, entity, property);
  if (text !== undefined) return `(t.${text}:is:NULL) or (t.${text}:=:'')`;
  const reference = columnOf(REFERENCES, entity, property);
  return reference === undefined ? undefined : `(t.${reference}:is:NULL)`;
}

function columnOf(table: typeof TEXTS, entity: string, property: string): string | undefined {
  const columns = Object.hasOwn(table, entity) ? table[entity] : undefined;
  return columns !== undefined && Object.hasOwn(columns, property) ? columns[property] : undefined;
}
