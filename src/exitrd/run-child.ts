/** What the executable does when its first word says that it is a child of itself. */
import { childWord } from './child-of-exitrd.ts';
import { runDeviceMapperChild } from './device-mapper-child.ts';
import { runDisconnectNbdChild } from './disconnect-nbd.ts';
import { runEmptyFirstRootChild } from './first-root.ts';
import { runForgetDirectoryKeysChild } from './forget-directory-keys.ts';
import { runHiddenMountsChild } from './hidden-mounts.ts';
import { runClearKeyringsChild, runEndChild } from './rescue-child.ts';
import { runUnmountChild } from './unmount-child.ts';
import { runWipeCrashKernelChild } from './wipe-crash-kernel-child.ts';

type Work = (words: readonly string[]) => void | Promise<void>;

const works: Readonly<Record<(typeof childWord)[keyof typeof childWord], Work>> = {
  [childWord.clearKeyrings]: runClearKeyringsChild,
  [childWord.deviceMapper]: runDeviceMapperChild,
  [childWord.disconnectNbd]: runDisconnectNbdChild,
  [childWord.emptyFirstRoot]: runEmptyFirstRootChild,
  [childWord.end]: runEndChild,
  [childWord.forgetDirectoryKeys]: runForgetDirectoryKeysChild,
  [childWord.unmount]: runUnmountChild,
  [childWord.unmountHidden]: runHiddenMountsChild,
  [childWord.wipeCrashKernel]: runWipeCrashKernelChild,
};

/** @returns false when the first word is none of a child's. */
export async function runChild([word = '', ...words]: readonly string[]): Promise<boolean> {
  const work = Object.entries(works).find(([known]) => known === word)?.[1];
  await work?.(words);
  return work !== undefined;
}
