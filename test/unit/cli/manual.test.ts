/** The manual and the command line name the same commands, arguments and options. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import yargs, { type CommandModule } from 'yargs';

const top = join(import.meta.dirname, '../../..');
const commandFolder = join(top, 'src/cli/command');

interface Page {
  readonly file: string;
  /** A paragraph of the synopsis, without its marks: `plan [--snapshot FILE] [--json]`. */
  readonly synopses: ReadonlyMap<string, string>;
  /** Options that the page explains. */
  readonly explained: ReadonlySet<string>;
}

const pages = readdirSync(join(top, 'docs'))
  .filter((file) => /^shutdownramfs-.*\.[18]\.md$/.test(file))
  .map(readPage);

function readPage(file: string): Page {
  const text = readFileSync(join(top, 'docs', file), 'utf8');
  const sections = new Map(
    text.split(/^## /m).map((section) => [section.split('\n', 1)[0] ?? '', section]),
  );
  const paragraphs = (sections.get('SYNOPSIS') ?? '').split('\n\n').slice(1).filter(Boolean);
  const synopses = new Map<string, string>();
  for (const paragraph of paragraphs) {
    const words = paragraph.replaceAll(/[`*]/g, '').replaceAll('\n', ' ').trim();
    const [, name = '', rest = ''] = /^shutdownramfs (\S+)(.*)$/.exec(words) ?? [];
    synopses.set(name, rest);
  }
  const terms = (sections.get('OPTIONS') ?? '').matchAll(/^\* (?<term>.*):$/gm);
  const explained = new Set([...terms].flatMap(({ groups }) => optionsIn(groups?.['term'] ?? '')));
  return { file, synopses, explained };
}

/** Names of options, without the `no-` of one that is on by default. */
function optionsIn(text: string): readonly string[] {
  return [...text.matchAll(/--(?:no-)?(?<name>[a-z][a-z-]*)/g)].map(
    ({ groups }) => groups?.['name'] ?? '',
  );
}

interface Command {
  readonly name: string;
  readonly positionals: readonly string[];
  readonly options: readonly string[];
}

const commands = await Promise.all(
  readdirSync(commandFolder).map(async (file) => {
    const exported = (await import(join(commandFolder, file))) as Record<string, CommandModule>;
    const name = basename(file, '.ts').replaceAll(/-(.)/g, (_, letter: string) =>
      letter.toUpperCase(),
    );
    const module = exported[`${name}Command`];
    if (module === undefined) throw new Error(`${file} exports no command of its name`);
    return describeCommand(module);
  }),
);

/** What the command's own help says. */
async function describeCommand({ command, builder }: CommandModule): Promise<Command> {
  const [name = '', ...positionals] = String(command).split(' ');
  const parser = yargs([]).help(false).version(false).wrap(null);
  if (typeof builder === 'function') await builder(parser);
  const help = await parser.getHelp();
  const positional = positionals.map((word) => word.replaceAll(/[<>[\]]/g, ''));
  return {
    name,
    positionals: positional,
    options: [...new Set(optionsIn(help.replaceAll(/\(--no-.*?\)/g, '')))].filter(
      (option) => !positional.includes(option),
    ),
  };
}

test('there are commands and pages', () => {
  expect(commands.length).toBeGreaterThan(0);
  expect(pages.length).toBeGreaterThan(0);
});

describe.each(commands)('$name', ({ name, positionals, options }) => {
  const page = pages.find(({ synopses }) => synopses.has(name));

  test('has a page', () => {
    expect(page?.file).toBeDefined();
  });

  test('has just its options in the synopsis', () => {
    const named = optionsIn(page?.synopses.get(name) ?? '');
    expect(named.toSorted()).toEqual(options.toSorted());
  });

  test('has just its arguments in the synopsis', () => {
    const words = page?.synopses.get(name)?.replaceAll(/\[.*?\]|--\S+ \S+|\.\.\./g, '');
    const named = (words ?? '').trim().toLowerCase().split(/\s+/).filter(Boolean);
    expect(named).toEqual(positionals);
  });

  test('has its options explained', () => {
    expect([...(page?.explained ?? [])]).toEqual(expect.arrayContaining([...options]));
  });

  test('is in the overview', () => {
    const overview = readFileSync(join(top, 'docs/shutdownramfs.8.md'), 'utf8');
    const section = /^## COMMANDS\n(?<text>.*?)^## /ms.exec(overview)?.groups?.['text'];
    expect(section).toContain(`\`${name}\``);
  });
});

test.each(pages)('$file explains and names only options and commands there are', (page) => {
  const own = commands.filter(({ name }) => page.synopses.has(name));
  expect([...page.synopses.keys()].toSorted()).toEqual(own.map(({ name }) => name).toSorted());
  const known = own.flatMap(({ options }) => options);
  expect(known).toEqual(expect.arrayContaining([...page.explained]));
});
