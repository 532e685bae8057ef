import { getCountries, isValidPhoneNumber } from 'libphonenumber-js';
import type { CountryCode } from 'libphonenumber-js';

export const PHONE_COUNTRIES: readonly string[] = getCountries();

/**
 * Whether the text is a number that can be dialled, after Google's numbering-plan metadata.
 * `country` (ISO 3166 alpha-2) is assumed for numbers without "+"; without it such numbers are not valid.
 */
export function isPhoneNumber(text: string, country: string | undefined): boolean {
  return country === undefined
    ? isValidPhoneNumber(text)
    : isValidPhoneNumber(text, country as CountryCode);
}
