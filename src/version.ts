import manifest from '../package.json' with { type: 'json' };

/** The project's version, bundled in when the executable is built. */
const version: string = manifest.version;

/** This program and what it runs on: `0.1.0 (Node.js 26.10.0)`. */
export const versionLine = `${version} (Node.js ${process.versions.node})`;
