/**
 * Words from which people and companies are put together. None of the combinations is meant to name
 * anybody: given names are common, family names are made of landscape words, companies of two plain words.
 */
const split = (words: string): readonly string[] => words.trim().split(/\s+/);

export const GIVEN_NAMES: readonly string[] = split(`
  Ada Alma Amelie Anna Arlo Astrid Ben Berit Carl Carla Clara Daria David Edda Elias Elif Ella Emil
  Emma Enno Erik Felix Fiona Frida Gina Greta Hanna Hugo Ida Ines Iris Isak Ivo Jana Jasper Joana
  Jonas Julia Kai Karim Kira Lara Lea Leon Lina Linus Liv Lotta Luca Maja Malik Mara Marco Mia Mila
  Milo Mona Nadia Nele Nico Nina Noah Nora Oskar Otis Paula Pia Quinn Rafael Rhea Robin Rosa Ruben
  Sami Selma Silas Sofia Stella Sven Tara Theo Tilda Tom Uma Vera Viktor Wanda Yara Yusuf Zoe`);

export const FAMILY_STARTS: readonly string[] = split(`
  Ash Birch Bram Brook Cedar Clay Cliff Copper Dale Elder Elm Fern Field Flint Frost Glen Gold Green
  Hazel Heath Hill Holm Iron Juniper Lake Lark Linden Maple Marsh Mill Moor Moss North Oak Pebble Pine
  Quarry Reed Ridge Rowan Sand Silver Spring Stone Thorn Vale Wald West Willow Winter Wren`);

export const FAMILY_ENDS: readonly string[] = split(`
  acre bank beck berg bourne by combe croft dahl dorf feld ford garth gate hurst ley man mark mead
  more quist rand shaw son stead stein stedt strom thal ton vik wald ward well wick wood worth`);

export const COMPANY_STARTS: readonly string[] = split(`
  Amber Anvil Azure Beacon Blue Brass Bright Calm Canvas Clear Cobalt Coral Crisp Distant Dune Echo
  Ember Even Fair Far First Gentle Glacier Granite Harbor Honest Indigo Ivory Juniper Keen Level Lively
  Lucid Lunar Meadow Mellow Mint Nimble Opal Open Orchard Patient Pearl Plain Quiet Rapid
  River Ruby Saffron Second Silver Simple Solid Steady Summit Sunny Swift Tidal Umber Velvet Vivid
  Warm Wide Willing Woven Yellow Zephyr`);

export const COMPANY_ENDS: readonly string[] = split(`
  Anchor Arch Barrel Basket Bench Bridge Cabin Canal Candle Carriage Chart Compass Corner Crane Crate
  Ferry Field Forge Furrow Garden Hammer Harvest Hinge Kettle Kiln Ladder Lantern Lever Loom Market
  Meridian Mill Mosaic Needle Orbit Paddle Parcel Pier Pillar Plough Press Pulley Quill Ribbon
  Rudder Sail Scale Shelf Signal Spindle Spoke Spring Stitch Tally Thread Timber Tower Turbine Vessel
  Wagon Wheel Window Workshop`);

/** The legal form that companies of a country carry. */
export const LEGAL_FORMS: Readonly<Record<string, readonly string[]>> = {
  US: ['Inc', 'LLC'],
  CA: ['Ltd', 'Inc'],
  GB: ['Ltd', 'LLP'],
  DE: ['GmbH', 'KG'],
  FR: ['SAS', 'SARL'],
  SE: ['AB'],
  AU: ['Pty Ltd'],
};

export const INDUSTRIES: readonly string[] = [
  'Agriculture',
  'Construction',
  'Education',
  'Energy',
  'Finance',
  'Food',
  'Health',
  'Logistics',
  'Manufacturing',
  'Media',
  'Retail',
  'Software',
  'Travel',
];

export const DEAL_SUBJECTS: readonly string[] = [
  'annual licence',
  'data migration',
  'first order',
  'framework contract',
  'hardware renewal',
  'maintenance',
  'pilot',
  'renewal',
  'site extension',
  'support package',
  'training',
];

export const PIPELINE_STAGES: readonly string[] = [
  'lead',
  'qualified',
  'proposal',
  'negotiation',
  'won',
  'lost',
];

export const JOB_NAMES: readonly string[] = [
  'campaign_mailing',
  'contact_import',
  'currency_rates',
  'duplicate_search',
  'forecast_report',
  'invoice_sync',
  'nightly_export',
  'search_index',
  'webhook_delivery',
];
