/** docs/faults.md, of the data that the machines of test/vm/faults run on. */
import type { ShownElsewhere } from '../faults/elsewhere.ts';
import type { Fault, FaultGroup, Saved } from './fault.ts';
import type { DrawnOutcome } from '../torture/drawn-outcome.ts';
import { drawnRows } from '../torture/drawn-outcome.ts';
import { exitrdNames, longestSeconds, outcomeRows, type PeerOutcome } from './peer-outcome.ts';

const introduction = `# Faults

What our exitrd makes of what is broken. Every row is a machine that the tests start, break and shut down: it ends the way it was told to, in
time, no key is in the dump of its memory afterwards, and a second boot looks at what was saved. This page is made of the tests' own
data: \`npm run test:unit -- -u\` writes it anew, and a test compares the two.

**What the user sees** is a line of the console; … stands for anything. **Saved** is what the second boot found:

* *cleanly*: every file system was unmounted, arrays are clean, and what was written is there.
* *all data*: what was written is there; a journal had to be replayed, since something kept the file system from being unmounted.
* *nothing to save*: no disk could be written to any more.

In **memory** no key is found in any row. *nothing*: nor anything of what was written. *file data*: what could not be freed still shows some
of what was written.
`;

const savedWords: Readonly<Record<Saved, string>> = {
  cleanly: 'cleanly',
  'all data': 'all data',
  nothing: 'nothing to save',
};

/** What scripts recorded of the exitrds side by side. */
export interface Recorded {
  readonly peers: readonly PeerOutcome[];
  readonly drawn: readonly DrawnOutcome[];
}

export function faultDocument(
  groups: readonly FaultGroup[],
  elsewhere: readonly ShownElsewhere[],
  recorded: Recorded,
): string {
  const sections = [...groups.map(groupText), elsewhereText(elsewhere), peersText(recorded)];
  return `${introduction}\n${sections.join('\n')}`;
}

function groupText({ title, file, faults }: FaultGroup): string {
  const rows = faults.map((fault) => [
    fault.name,
    `\`${fault.seen}\``,
    savedText(fault),
    fault.plaintextMayRemain === true ? 'file data' : 'nothing',
  ]);
  const lines = table(['fault', 'what the user sees', 'saved', 'in memory'], rows);
  return `## ${title}\n\nTested by \`test/vm/faults/${file}.test.ts\`, under the names of the first column.\n\n${lines}\n`;
}

function elsewhereText(elsewhere: readonly ShownElsewhere[]): string {
  const rows = elsewhere.map(({ fault, seen, saved, file, title }) => [
    fault,
    seen === '' ? '' : `\`${seen}\``,
    saved,
    `\`test/${file}\`: ${title}`,
  ]);
  const lines = table(['fault', 'what the user sees', 'saved', 'tested by'], rows);
  return `## Faults that tests of their own show\n\n${lines}\n`;
}

function peersText({ peers, drawn }: Recorded): string {
  const faults = table(['fault', ...exitrdNames], outcomeRows(peers));
  return `## The same under dracut's and systemd's own exitrd

The machines of the tables above, but for those whose fault lies in our own image or whose configuration allows last resorts, under dracut's exitrd and
under systemd-shutdown itself as exitrd too, both of Debian 13; everything was synced before, as systemd-shutdown does, or nothing was lost without that. Recorded by \`npm run faults-of-peers\`, not run by the tests; \`–\` was not recorded.
Seconds are from the start of the exitrd to the end, on emulated processors; *hung* was cut off after ${longestSeconds}. *No key*: none was found in the dump of memory.

${faults}
${drawn.length === 0 ? '' : drawnText(drawn)}`;
}

function drawnText(drawn: readonly DrawnOutcome[]): string {
  const head = [
    'exitrd',
    'right',
    'hung',
    'other verb',
    'keys left',
    'file systems not as demanded',
  ];
  const seeds = [...new Set(drawn.map(({ seed }) => seed))];
  const words = `--seed ${Math.min(...seeds)} --count ${seeds.length}`;
  return `
Machines that are drawn at random with what is wrong with them, the same ${seeds.length} under each, everything synced before: \`npm run torture -- ${words} --record --exitrd ours\`, then
\`dracut\` and \`systemd\`. In how many all was right, and what was not; the report, which only ours has, does not count.

${table(head, drawnRows(drawn))}
`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`)
    .join('\n');
}

function savedText({ saved, lost = [] }: Fault): string {
  const but = lost.length === 0 ? '' : `, but for ${lost.join(', ')}`;
  return `${savedWords[saved]}${but}`;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
