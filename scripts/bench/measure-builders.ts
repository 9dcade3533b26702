/** What building costs and what comes of it, ours beside the others, and ours as files are added. */
import { join } from 'node:path';
import { execa } from 'execa';
import { builderNames, growing, makeBuilders, type Builder, type BuildCost } from './builder.ts';
import { packedBytes, unpackedBytes } from './measure-image.ts';
import { renderTable, type Row } from './table.ts';

/** How many files are added to an image. */
const growth = [10, 100, 1000, 3000] as const;

interface Contender<Name> {
  readonly name: Name;
  readonly build: Builder['build'];
}

/** Two tables and the rows that they show; builds in `work`, turn by turn. */
export async function measureBuilders(
  work: string,
  rounds: number,
  progress: (text: string) => void,
): Promise<{ readonly tables: readonly string[]; readonly rows: readonly Row<string>[] }> {
  const compared = await measureCosts(await makeBuilders(), work, rounds, progress);
  const grown = await measureCosts(
    await Promise.all(
      growth.map(async (count) => ({
        name: `${count} files` as const,
        build: await growing(work, count),
      })),
    ),
    work,
    rounds,
    progress,
  );
  const sized = [...compared, ...(await measureSizes(builderNames, work))];
  return {
    tables: [
      renderTable(sized, builderNames, ['dracut', 'mkinitramfs', 'closure']),
      renderTable(grown, ['3000 files', '10 files', '100 files', '1000 files'], ['10 files']),
    ],
    rows: [...sized, ...grown],
  };
}

const archiveIn = (work: string, name: string) => join(work, `${name.replaceAll(' ', '-')}.zst`);

async function measureCosts<Name extends string>(
  contenders: readonly Contender<Name>[],
  work: string,
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Row<Name>[]> {
  const costs = new Map<Name, BuildCost[]>(contenders.map(({ name }) => [name, []]));
  // The first round only warms the caches.
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, build } of contenders) {
      progress(`build: ${name}, round ${round}`);
      const cost = await build(archiveIn(work, name));
      if (round > 0) costs.get(name)?.push(cost);
    }
  }
  const row = (measure: string, what: keyof BuildCost, digits: number): Row<Name> => {
    const figures: Partial<Record<Name, readonly number[]>> = {};
    for (const [name, each] of costs) figures[name] = each.map((cost) => cost[what]);
    return { measure, digits, figures };
  };
  return [row('build, s', 'seconds', 2), row('largest process, MiB', 'peakMib', 0)];
}

async function measureSizes<Name extends string>(
  names: readonly Name[],
  work: string,
): Promise<readonly Row<Name>[]> {
  const sizes = new Map<Name, Sizes>();
  for (const name of names) sizes.set(name, await sizesOf(archiveIn(work, name)));
  const row = (measure: string, what: keyof Sizes, digits: number): Row<Name> => {
    const figures: Partial<Record<Name, readonly number[]>> = {};
    for (const [name, size] of sizes) figures[name] = [size[what]];
    return { measure, digits, figures };
  };
  return [
    row('packed by zstd -19, MiB', 'packedMib', 1),
    row('unpacked, MiB', 'unpackedMib', 1),
    row('files', 'files', 0),
  ];
}

interface Sizes {
  readonly packedMib: number;
  readonly unpackedMib: number;
  readonly files: number;
}

async function sizesOf(archive: string): Promise<Sizes> {
  const plain = `${archive}.cpio`;
  await execa('zstd', ['-d', '-q', '-f', archive, '-o', plain]);
  const { stdout } = await execa('sh', ['-c', 'cpio -itv --quiet <"$0" | grep -c ^-', plain]);
  return {
    packedMib: (await packedBytes(plain)) / 2 ** 20,
    unpackedMib: (await unpackedBytes(plain)) / 2 ** 20,
    files: Number(stdout),
  };
}
