import { featureGroups, featureNames } from '../feature/feature-words.ts';

const words = [...featureNames, ...featureGroups].join(', ');

/** `--feature`, the same for every command that builds. */
export const featureOption = {
  type: 'string',
  array: true,
  nargs: 1,
  describe: `Kinds of layers the image can take apart: ${words}; -NAME takes one away`,
} as const;
