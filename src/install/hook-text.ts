import type { DebuggingSettings } from '../settings/settings.ts';

/**
 * The hook as it is installed. What it does without an exitrd is set in its own text, because when it
 * needs to know no other file may be there to be read. The schema allows nothing that a shell would
 * take for more than a word.
 */
export function hookText(hook: string, debugging: DebuggingSettings): string {
  const { flagFiles, kernelArguments, pauseSeconds } = debugging;
  return Object.entries({
    flag_files: `'${flagFiles.join(' ')}'`,
    kernel_arguments: `'${kernelArguments.join(' ')}'`,
    pause_seconds: `${pauseSeconds}`,
  }).reduce(
    (text, [name, value]) =>
      text.replace(new RegExp(`^${name}=.*$`, 'm'), () => `${name}=${value}`),
    hook,
  );
}
