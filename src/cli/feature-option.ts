import { features } from '../feature/features.ts';

const names = features.map(({ name }) => name).join(', ');

/** `--feature`, the same for every command that builds. */
export const featureOption = {
  type: 'string',
  array: true,
  nargs: 1,
  describe: `Kinds of layers the image can take apart: ${names}, default, all; -NAME takes one away`,
} as const;
