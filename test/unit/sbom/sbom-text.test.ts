/** Bills of an image of a small root, against the published schemas and against themselves. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { manifestPath, manifestText } from '../../../src/image/image-manifest.ts';
import { parseManifest } from '../../../src/image/parse-manifest.ts';
import { sbomText } from '../../../src/sbom/sbom-text.ts';
import { violations } from '../../support/bill-schema.ts';
import { elfImage } from '../../support/elf-root.ts';

beforeEach(() => {
  vi.stubEnv('SOURCE_DATE_EPOCH', '1700000000');
});

afterEach(() => {
  vi.unstubAllEnvs();
});

const runtime = { node: '26.10.0', openssl: '3.5.8', nghttp3: '' };
const packages = [
  { name: '@sec-ant/readable-stream', version: '0.4.1', license: 'MIT' },
  { name: 'execa', version: '10.2.1', license: 'MIT' },
  { name: 'unnamed', version: '1.0.0' },
];
const more = {
  maintainer: 'Some Body <body@example.org>',
  homepage: 'https://example.org/a b',
  license: 'Artistic or so',
};

/** An image as a directory, whose manifest tells all that one can tell. */
async function fullImage(): Promise<string> {
  const { output } = await elfImage({ format: 'directory' });
  const path = join(output, manifestPath);
  const manifest = parseManifest(readFileSync(path, 'utf8'));
  const executable = { ...manifest.executable, version: '0.1.0', runtime, packages };
  const [first, ...others] = manifest.packages;
  if (first === undefined) throw new Error('the root has no packages');
  const told = { ...manifest, executable, packages: [{ ...first, ...more }, ...others] };
  writeFileSync(path, manifestText(told));
  return output;
}

describe.each(['cyclonedx', 'spdx'] as const)('%s', (format) => {
  test('fits the schema', async () => {
    const text = await sbomText(await fullImage(), format);
    expect(violations(format, JSON.parse(text))).toEqual([]);
    expect(
      violations(format, { ...(JSON.parse(text) as object), packages: 1, components: 1 }),
    ).not.toEqual([]);
  });
  test('is the same each time and for each format of the image', async () => {
    const text = await sbomText((await elfImage()).output, format);
    vi.stubEnv('TZ', 'Asia/Tokyo');
    for (const options of [{}, { format: 'tar' }, { format: 'directory' }] as const) {
      expect(await sbomText((await elfImage(options)).output, format)).toBe(text);
    }
  });
  test('is another of another image', async () => {
    expect(await sbomText((await elfImage()).output, format)).not.toBe(
      await sbomText(await fullImage(), format),
    );
  });
  test('is not made of a damaged image', async () => {
    const image = await fullImage();
    writeFileSync(join(image, 'shutdown'), '');
    await expect(sbomText(image, format)).rejects.toThrow(/it is not whole/);
  });
});

interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly purl?: string;
  readonly components?: readonly Component[];
}

test('CycloneDX: every reference leads to one component, every file is there once', async () => {
  const image = await fullImage();
  const bill = JSON.parse(await sbomText(image, 'cyclonedx')) as {
    metadata: { timestamp: string; component: Component };
    components: readonly Component[];
    dependencies: readonly { ref: string; dependsOn?: readonly string[] }[];
  };
  const all = bill.components.flatMap((part) => [part, ...(part.components ?? [])]);
  const references = [bill.metadata.component, ...all].map((part) => part['bom-ref']);
  expect(new Set(references).size).toBe(references.length);
  const used = bill.dependencies.flatMap(({ ref, dependsOn = [] }) => [ref, ...dependsOn]);
  expect(references).toEqual(expect.arrayContaining(used));
  expect(bill.metadata.timestamp).toBe('2023-11-14T22:13:20Z');
  const { files } = parseManifest(readFileSync(join(image, manifestPath), 'utf8'));
  const told = all.filter(({ type }) => type === 'file').map(({ name }) => name);
  expect(told.toSorted()).toEqual([...files.map(({ path }) => path), manifestPath].toSorted());
  expect(all.flatMap(({ purl }) => purl ?? [])).toEqual([
    'pkg:generic/shutdownramfs@0.1.0',
    'pkg:deb/debian/liba1@1.2-1?arch=amd64&distro=debian-13',
    'pkg:deb/debian/tool@7?arch=amd64&distro=debian-13',
    'pkg:generic/node@26.10.0',
    'pkg:generic/openssl@3.5.8',
    'pkg:npm/%40sec-ant/readable-stream@0.4.1',
    'pkg:npm/execa@10.2.1',
    'pkg:npm/unnamed@1.0.0',
  ]);
});

test('SPDX: every relationship is between elements, digests are those of the files', async () => {
  const image = await fullImage();
  const bill = JSON.parse(await sbomText(image, 'spdx')) as {
    SPDXID: string;
    creationInfo: { created: string };
    packages: readonly {
      SPDXID: string;
      name: string;
      packageVerificationCode?: { packageVerificationCodeValue: string };
    }[];
    files: readonly {
      SPDXID: string;
      fileName: string;
      checksums: readonly { checksumValue: string }[];
    }[];
    relationships: readonly { spdxElementId: string; relatedSpdxElement: string }[];
  };
  const elements = [bill, ...bill.packages, ...bill.files].map(({ SPDXID }) => SPDXID);
  expect(new Set(elements).size).toBe(elements.length);
  for (const id of elements) expect(id).toMatch(/^SPDXRef-[A-Za-z0-9.-]+$/);
  const used = bill.relationships.flatMap((one) => [one.spdxElementId, one.relatedSpdxElement]);
  expect(elements).toEqual(expect.arrayContaining(used));
  expect(new Set(used)).toEqual(new Set(elements));
  expect(bill.creationInfo.created).toBe('2023-11-14T22:13:20Z');
  const digests = bill.files.map(({ fileName, checksums }) => {
    const bytes = readFileSync(join(image, fileName));
    const own = ['sha1', 'sha256'].map((name) => createHash(name).update(bytes).digest('hex'));
    expect(checksums.map(({ checksumValue }) => checksumValue)).toEqual(own);
    return own[0] ?? '';
  });
  const [whole] = bill.packages;
  expect(whole?.packageVerificationCode?.packageVerificationCodeValue).toBe(
    createHash('sha1').update(digests.toSorted().join('')).digest('hex'),
  );
});
