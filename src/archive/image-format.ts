/** What can be written, by the names that the command line and configuration use. */
export const imageFormats = ['cpio', 'tar', 'directory'] as const;

export type ImageFormat = (typeof imageFormats)[number];

export const compressions = ['zstd', 'gzip', 'none'] as const;

export type Compression = (typeof compressions)[number];
