/**
 * What stays of ICU's data: English and the root locale, whole, with all that no locale can do
 * without. It is what Node's own builds with `small-icu` have, and the data of text segmentation.
 * What leaves: the other locales, legacy encodings, dictionaries of languages written without
 * spaces, transliteration, names of characters, profiles of host names in old protocols.
 */
const kept: readonly RegExp[] = [
  // Locales, with what they share, and the lists of them; `curr`, `lang`, … are their parts.
  /^(?:brkitr|coll|curr|lang|rbnf|region|unit|zone)\/(?:en|en_001|en_US|en_US_POSIX|root|pool|res_index)\.res$/,
  /^(?:en|en_001|en_US|en_US_POSIX|root|pool|res_index)\.res$/,
  // Of no locale: time zones, plural rules, numbering systems, likely subtags, …
  /^[a-zA-Z]{6,}(?:64)?\.res$/,
  /^(?:units|icuver|icustd)\.res$/,
  // The order of all characters.
  /^coll\/ucadata\.icu$/,
  // Rules of segmentation.
  /^brkitr\/.*\.brk$/,
  // Normalization, and IDNA (UTS 46).
  /^(?:nfkc|nfkc_cf|nfkc_scf|uts46)\.nrm$/,
  // Properties of emoji and of layout; the names of encodings.
  /^(?:uemoji|ulayout|cnvalias)\.icu$/,
];

/** `name` as in the table of contents, with the package: `icudt78l/en.res`. */
export function isKeptIcuEntry(name: string): boolean {
  const path = name.slice(name.indexOf('/') + 1);
  return kept.some((pattern) => pattern.test(path));
}
