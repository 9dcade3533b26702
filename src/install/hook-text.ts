import type { Settings } from '../settings/settings.ts';

/**
 * The hook as it is installed. What it does without an exitrd is set in its own text, because when it
 * needs to know no other file may be there to be read. Where the schema allows what a shell would take
 * for more than a word, it is quoted.
 */
export function hookText(hook: string, settings: Pick<Settings, 'debugging' | 'record'>): string {
  const { flagFiles, kernelArguments, pauseSeconds } = settings.debugging;
  return Object.entries({
    flag_files: `'${flagFiles.join(' ')}'`,
    kernel_arguments: `'${kernelArguments.join(' ')}'`,
    pause_seconds: `${pauseSeconds}`,
    record: `'${settings.record.fileSystem.replaceAll("'", String.raw`'\''`)}'`,
  }).reduce(
    (text, [name, value]) =>
      text.replace(new RegExp(`^${name}=.*$`, 'm'), () => `${name}=${value}`),
    hook,
  );
}
