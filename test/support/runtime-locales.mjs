/**
 * Runs by itself in the runtime that it is to try: asks ICU for every locale, encoding and module
 * of Node's there may be. Prints how many of each there are; none may end the process.
 */
import { builtinModules, createRequire } from 'node:module';

const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
const languages = letters.flatMap((one) => letters.map((other) => one + other));
const regions = ['', '-US', '-Latn', '-u-ca-islamic-nu-thai-co-phonebk', '-TW'];
const locales = [...languages.flatMap((tag) => regions.map((end) => tag + end)), 'und', 'root'];
const encodings = ['shift_jis', 'gb18030', 'big5', 'euc-kr', 'koi8-r', 'iso-8859-2', 'utf-16be'];
const text = 'ไทย 日本語 ភាសាខ្មែរ e\u0301';
const date = new Date(0);

/** Each for one locale; a RangeError is an answer. */
const uses = [
  (locale) => date.toLocaleString(locale, { timeZone: 'Asia/Tokyo', timeZoneName: 'long' }),
  (locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'full' }).formatRange(date, 1e12),
  (locale) => (12_345.6).toLocaleString(locale, { notation: 'compact', compactDisplay: 'long' }),
  (locale) => (3).toLocaleString(locale, { style: 'unit', unit: 'mile', unitDisplay: 'long' }),
  (locale) => (3).toLocaleString(locale, { style: 'currency', currency: 'JPY' }),
  (locale) => 'ä'.localeCompare('z', locale),
  (locale) => 'Iı'.toLocaleLowerCase(locale),
  (locale) => [...new Intl.Segmenter(locale, { granularity: 'word' }).segment(text)].length,
  (locale) => [...new Intl.Segmenter(locale, { granularity: 'sentence' }).segment(text)].length,
  (locale) => new Intl.DisplayNames(locale, { type: 'language' }).of('fr'),
  (locale) => new Intl.DisplayNames(locale, { type: 'calendar' }).of('roc'),
  (locale) => new Intl.ListFormat(locale).format(['a', 'b', 'c']),
  (locale) => new Intl.PluralRules(locale, { type: 'ordinal' }).selectRange(1, 4),
  (locale) => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(1, 'week'),
  (locale) => new Intl.DurationFormat(locale, { style: 'long' }).format({ hours: 3 }),
  (locale) => new Intl.Locale(locale).maximize().getWeekInfo(),
  (locale) => new Intl.Locale(locale).getTimeZones(),
];

let answered = 0;
let refused = 0;
for (const locale of locales) {
  for (const use of uses) count(() => use(locale));
}
const zones = Intl.supportedValuesOf('timeZone');
for (const timeZone of zones) count(() => date.toLocaleString('en', { timeZone }));
for (const key of ['calendar', 'collation', 'currency', 'numberingSystem', 'unit']) {
  count(() => Intl.supportedValuesOf(key).length);
}

const known = encodings.filter((encoding) => {
  try {
    return new TextDecoder(encoding).decode(Buffer.from([0x61])).length > 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
});

const require = createRequire(import.meta.url);
const missing = builtinModules.filter((name) => {
  try {
    require(name);
    return false;
  } catch (error) {
    const { message } = error;
    if (message.endsWith(' is left out of this executable')) return true;
    throw error;
  }
});

process.stdout.write(
  JSON.stringify({ answered, refused, zones: zones.length, known, missing }, undefined, 1),
);

function count(work) {
  try {
    work();
    answered += 1;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    refused += 1;
  }
}
