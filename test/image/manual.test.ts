import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

const top = join(import.meta.dirname, '../..');
const manual = join(top, 'dist/man');

async function render(environment: Record<string, string>): Promise<Record<string, string>> {
  await rm(manual, { recursive: true, force: true });
  await execa(process.execPath, ['scripts/make-man.ts'], { cwd: top, env: environment });
  const paths = (await readdir(manual, { recursive: true })).filter((path) => /\.\d$/.test(path));
  const texts = paths
    .toSorted()
    .map(async (path) => [path, await readFile(join(manual, path), 'utf8')]);
  return Object.fromEntries(await Promise.all(texts)) as Record<string, string>;
}

test('the manual is the same each time, has every page, and groff has nothing against it', async () => {
  const pages = await render({ TZ: 'UTC', SOURCE_DATE_EPOCH: '1700000000' });
  expect(await render({ TZ: 'Asia/Tokyo', SOURCE_DATE_EPOCH: '1700000000' })).toEqual(pages);
  expect(Object.keys(pages)).toEqual(
    expect.arrayContaining(['man1/shutdownramfs-list.1', 'man8/shutdownramfs.8']),
  );
  expect(pages['man8/shutdownramfs.8']).toContain('"2023-11-14"');
  for (const path of Object.keys(pages)) {
    const words = ['-man', '-ww', '-Tutf8', '-P-cbou', '-rLL=80n', path];
    const { stdout, stderr } = await execa('groff', words, { cwd: manual });
    expect({ path, stderr }).toEqual({ path, stderr: '' });
    expect(stdout).toContain('SYNOPSIS');
  }
});
