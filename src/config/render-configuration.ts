/** A configuration as text, to be read by its user and, again, as a configuration file. Pure. */
import { stringify } from 'smol-toml';
import type { EffectiveConfiguration } from './merge-configurations.ts';

/** TOML with every key, behind each the file that has set it. */
export function renderConfiguration({
  configuration,
  origins,
  files,
}: EffectiveConfiguration): string {
  const read = files.length === 0 ? ['no file'] : files;
  const head = ['read, the last one counting most:', ...read.map((file) => `  ${file}`)];
  const { hooks, ...plain } = configuration;
  const hookTables = Object.entries(hooks).map(([name, hook]) => [`hooks.${name}`, hook] as const);
  const tables = [...Object.entries(plain), ...hookTables].map(([table, values]) => {
    const lines = Object.entries(values).map(([key, value]) => {
      const origin = origins.get(`${table}.${key}`) ?? 'default';
      return `${stringify({ [key]: value }).trimEnd()} ${comment(origin)}`;
    });
    return [`[${table}]`, ...lines].join('\n');
  });
  return `${[head.map(comment).join('\n'), ...tables].join('\n\n')}\n`;
}

/** A file's name may hold anything, a comment no control characters. */
function comment(text: string): string {
  return `# ${text.replaceAll(/\p{Cc}/gu, '?')}`;
}
