/** `--config`, the same for every command that builds or shows. */
export const configOption = {
  type: 'string',
  array: true,
  nargs: 1,
  describe: "Read this configuration file instead of the root's; the last of several counts most",
} as const;
