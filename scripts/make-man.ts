#!/usr/bin/env node
/**
 * Renders the manual: docs/NAME.SECTION.md to dist/man/manSECTION/NAME.SECTION (`man -M dist/man`),
 * and for each command that shares a page with another a page of its own name that only refers to
 * it. The same bytes each time: the date is SOURCE_DATE_EPOCH's, else that of the newest release in
 * the changelog, else none.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';

const top = join(import.meta.dirname, '..');
const source = join(top, 'docs');
const output = join(top, 'dist/man');

const manifest = await readFile(join(top, 'package.json'), 'utf8');
const { version } = JSON.parse(manifest) as { version: string };
const date = await dateOfManual();
await rm(output, { recursive: true, force: true });
for (const file of await readdir(source)) {
  const page = basename(file, '.md');
  const section = /\.(?<digit>[1-9])\.md$/.exec(file)?.groups?.['digit'];
  if (section === undefined) continue;
  const markdown = await readFile(join(source, file), 'utf8');
  const place = join(output, `man${section}`);
  await mkdir(place, { recursive: true });
  await writeFile(join(place, page), await render(markdown));
  for (const command of commandsOf(markdown)) {
    const name = `shutdownramfs-${command}.${section}`;
    if (name === page) continue;
    await writeFile(join(place, name), `.so man${section}/${page}\n`);
  }
}

async function render(markdown: string): Promise<string> {
  // A hard break after the term of a list item keeps it apart from what is said of it; marked-man
  // knows no numbered lists, so that a number becomes such a term.
  const input = markdown
    .replaceAll(/^(\d+\.) (.*)$/gm, '* $1:\n  $2')
    .replaceAll(/^ {3}(?=\S)/gm, '  ')
    .replaceAll(/^(\* .*):$/gm, '$1:  ');
  const words = ['--no-breaks', '--version', version, '--manual', 'shutdownramfs'];
  const { stdout } = await execa('marked-man', words, { input, preferLocal: true, localDir: top });
  const roff = stdout
    .replace(/^(\.TH "[^"]*" "[^"]*") "[^"]*"/m, `$1 "${date}"`)
    .replaceAll(/^\.IP \\\(bu 2\n(.*):\n\.br$/gm, '.TP\n$1')
    .replaceAll(/^\.RS 2\n\.nf$/gm, '.PP\n.RS 4\n.nf')
    // Readers differ in the encoding they expect.
    .replaceAll(/[\u{80}-\u{10ffff}]/gu, (letter) => `\\[u${hexadecimal(letter)}]`);
  const parts = roff.split(/^(\.nf\n.*?^\.fi)$/ms);
  const squeezed = parts.map((part) => {
    return part.startsWith('.nf') ? part : part.replaceAll(/\n\n+/g, '\n');
  });
  return `${squeezed.join('').trimEnd()}\n`;
}

function hexadecimal(letter: string): string {
  return (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

/** The commands of a page's synopsis. */
function commandsOf(markdown: string): string[] {
  const synopsis = /^## SYNOPSIS\n(?<text>.*?)^## /ms.exec(markdown)?.groups?.['text'] ?? '';
  return [...synopsis.matchAll(/^`shutdownramfs (?<name>[a-z]+)`/gm)].flatMap(
    ({ groups }) => groups?.['name'] ?? [],
  );
}

async function dateOfManual(): Promise<string> {
  const seconds = process.env['SOURCE_DATE_EPOCH'];
  if (seconds) return new Date(Number(seconds) * 1000).toISOString().slice(0, 10);
  const changelog = await readFile(join(top, 'CHANGELOG.md'), 'utf8');
  return /^## .*(?<day>\d{4}-\d{2}-\d{2})$/m.exec(changelog)?.groups?.['day'] ?? '';
}
