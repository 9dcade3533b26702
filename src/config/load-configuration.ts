/** The configuration that an image is built with. */
import { readFile } from 'node:fs/promises';
import { Failure, reasonOf } from '../failure.ts';
import { ForeignRoot } from '../root/foreign-root.ts';
import { findConfiguration, type FoundFile } from './find-configuration.ts';
import { mergeConfigurations, type EffectiveConfiguration } from './merge-configurations.ts';
import { parseConfiguration } from './parse-configuration.ts';

/**
 * That of the root, or, where `files` of this host are named, what they say instead, the last one
 * counting most. Throws a Failure for a file that cannot be read or says what is not understood.
 */
export async function loadConfiguration(
  root: string,
  files: readonly string[] = [],
): Promise<EffectiveConfiguration> {
  const foreign = new ForeignRoot(root);
  const found = files.length > 0 ? await Promise.all(files.map(readNamed)) : findInRoot(foreign);
  const where = files.length > 0 || foreign.directory === '/' ? '' : ` in ${foreign.directory}`;
  return mergeConfigurations(
    found.map(({ path, text }) => ({ name: path, says: parseConfiguration(text, path + where) })),
  );
}

async function readNamed(path: string): Promise<FoundFile> {
  try {
    return { path, text: await readFile(path, 'utf8') };
  } catch (error) {
    throw new Failure(`read ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

function findInRoot(root: ForeignRoot): readonly FoundFile[] {
  if (root.locate('/')?.stats.isDirectory() === true) return findConfiguration(root);
  throw new Failure(`read root ${root.directory}: there is no such directory`);
}
