/**
 * Node without what our program never uses. Each part is found by its symbol, its section or its
 * content; a program that looks otherwise is refused.
 */
import { readFile } from 'node:fs/promises';
import { Failure } from '../../src/failure.ts';
import { leaveOutModules, type ModuleSources } from './builtin-modules.ts';
import { dropSymbols } from './drop-symbols.ts';
import { bytesAt, findSymbol } from './elf-file.ts';
import { parseIcuData, writeIcuData } from './icu-data.ts';
import { isKeptIcuEntry } from './kept-icu-entries.ts';
import { isLeftOut } from './left-out-modules.ts';
import { isForeignName } from './foreign-names.ts';
import { omitUnwindIndex } from './omit-unwind-index.ts';
import { trimExports } from './trim-exports.ts';

/** `file` is a Node with its symbol table, `sources` are its modules. */
export async function slimRuntime(file: string, sources: ModuleSources): Promise<Buffer> {
  const elf = await readFile(file);
  trimIcuData(elf);
  leaveOutModules(elf, sources, isLeftOut);
  omitUnwindIndex(elf);
  trimExports(elf, isForeignName);
  return dropSymbols(elf);
}

/**
 * In place: ICU finds entries by the table of contents alone, so what lies behind them may be zeros.
 * The last entry stays whatever it is, since ICU knows how long one is by where the next begins, and
 * Temporal refuses to read time zones of unknown length.
 */
function trimIcuData(elf: Buffer): void {
  const { address, size } = findSymbol(elf, /^icudt\d+_dat$/);
  const place = bytesAt(elf, address, size);
  const { header, entries } = parseIcuData(place);
  const kept = entries.filter(
    ({ name }, index) => isKeptIcuEntry(name) || index === entries.length - 1,
  );
  if (kept.length < 2) throw new Failure('trim ICU data: nothing of it is known');
  const bytes = writeIcuData({ header, entries: kept });
  bytes.copy(place);
  place.fill(0, bytes.length);
}
