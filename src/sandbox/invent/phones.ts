import type { Random } from '../../std/std.ts';

/**
 * Ranges that the numbering authorities keep for fiction (in brackets who says so), as prefix and number of
 * free digits. All are valid for libphonenumber, which the United Kingdom's 07700 900xxx are not.
 */
type Range = { readonly prefix: string; readonly free: number };

const NANP_FICTION = (area: string): Range => ({ prefix: `+1${area}55501`, free: 2 }); // [NANPA]

const RANGES: Readonly<Record<string, readonly Range[]>> = {
  US: ['202', '212', '303', '312', '404', '503', '617', '713', '808'].map(NANP_FICTION),
  CA: ['416', '514', '604'].map(NANP_FICTION),
  // [Ofcom] numbers for drama: London and Leeds.
  GB: [
    { prefix: '+442079460', free: 3 },
    { prefix: '+441134960', free: 3 },
  ],
  // [Bundesnetzagentur] Drama Numbers: Berlin, Frankfurt, Hamburg, Cologne, Munich.
  DE: [
    { prefix: '+493023125', free: 3 },
    { prefix: '+496990009', free: 3 },
    { prefix: '+494066969', free: 3 },
    { prefix: '+492214710', free: 3 },
    { prefix: '+498999998', free: 3 },
  ],
  // [Arcep] 01 99 00, 02 61 91, 03 53 01, 04 65 71, 05 36 49.
  FR: ['19900', '26191', '35301', '46571', '53649'].map((area) => ({
    prefix: `+33${area}`,
    free: 4,
  })),
  // [PTS] Stockholm and Gothenburg.
  SE: [
    { prefix: '+468465004', free: 2 },
    { prefix: '+463139006', free: 2 },
  ],
  // [ACMA] 5550 in four regions.
  AU: ['2', '3', '7', '8'].map((area) => ({ prefix: `+61${area}5550`, free: 4 })),
};

/** How the customers spread over countries: each stands as often as it weighs. */
export const COUNTRIES: readonly string[] = [
  ['DE', 'DE', 'DE'],
  ['US', 'US', 'US'],
  ['GB', 'GB'],
  ['FR', 'FR'],
  ['CA', 'SE', 'AU'],
].flat();

/** A fictional but valid number of a country, in E.164. */
export function inventPhone(country: string, random: Random): string {
  const ranges = RANGES[country] ?? [];
  const range = ranges[Math.floor(random.next() * ranges.length)];
  if (range === undefined) throw new Error(`no fictional phone range is known for ${country}`);
  const number = Math.floor(random.next() * 10 ** range.free);
  return range.prefix + String(number).padStart(range.free, '0');
}

const BROKEN_PHONES = ['n/a', '12345', '+00 000', 'ask the reception', '+1 555', '0'] as const;

/** What people type into the field when they have no number. */
export function inventBrokenPhone(random: Random): string {
  return BROKEN_PHONES[Math.floor(random.next() * BROKEN_PHONES.length)] ?? 'n/a';
}
