/** A bill of materials as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/). */
import type { BundledPackage, ManifestRoot } from '../image/image-manifest.ts';
import type { Package } from '../package/package.ts';
import { ownedBy, type Bill, type BillFile } from './bill.ts';
import { nameBasedUuid } from './name-based-uuid.ts';
import { genericPackageUrl, npmPackageUrl, packageUrl } from './package-url.ts';
import { timestampOf } from './timestamp.ts';

interface Component {
  readonly type: 'application' | 'library' | 'platform' | 'operating-system' | 'file';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version?: string;
  readonly [key: string]: unknown;
}

/** Plain data, the same each time; `created` is in seconds since 1970. */
export function toCycloneDx(bill: Bill, created: number | undefined): object {
  const { executable, packages, root } = bill.manifest;
  const program = programOf(bill);
  const bundled = [
    ...Object.entries(executable.runtime).flatMap(([name, version]) =>
      version === '' ? [] : runtimeOf(name, version),
    ),
    ...executable.packages.map(npmPackageOf),
  ];
  const owned = packages.map((owner) => packageOf(owner, root, bill.files));
  const others = bill.files.filter((file) => file.package === undefined).map(fileOf);
  const image: Component = {
    type: 'operating-system',
    'bom-ref': 'image',
    name: 'exitrd',
    version: bill.digest.slice(0, 16),
    description: 'The image that a machine shuts down from',
  };
  const parts = [program, ...owned, ...others.filter(({ name }) => name !== executable.path)];
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${nameBasedUuid(`cyclonedx ${bill.digest} ${created ?? ''}`)}`,
    version: 1,
    metadata: {
      ...(created !== undefined && { timestamp: timestampOf(created) }),
      tools: {
        components: [{ type: 'application', name: 'shutdownramfs', version: executable.version }],
      },
      component: image,
      ...(root.id !== undefined && { properties: [{ name: 'root', value: nameOf(root) }] }),
    },
    components: [...parts, ...bundled],
    dependencies: [
      { ref: image['bom-ref'], dependsOn: parts.map((part) => part['bom-ref']) },
      { ref: program['bom-ref'], dependsOn: bundled.map((part) => part['bom-ref']) },
      ...[...parts.slice(1), ...bundled].map((part) => ({ ref: part['bom-ref'] })),
    ],
  };
}

function nameOf({ id, versionId }: ManifestRoot): string {
  return [id, versionId].filter((word) => word !== undefined).join(' ');
}

function programOf({ manifest: { executable }, files }: Bill): Component {
  const { path, version } = executable;
  const purl = genericPackageUrl('shutdownramfs', version);
  return {
    type: 'application',
    'bom-ref': purl,
    name: 'shutdownramfs',
    version,
    purl,
    components: files.filter((file) => file.path === path).map(fileOf),
  };
}

function runtimeOf(name: string, version: string): Component {
  const purl = genericPackageUrl(name, version);
  const type = name === 'node' ? 'platform' : 'library';
  return { type, 'bom-ref': purl, name, version, purl };
}

function npmPackageOf(bundled: BundledPackage): Component {
  const purl = npmPackageUrl(bundled);
  const { name, version, license } = bundled;
  // npm's word is an SPDX expression.
  const licenses = license === undefined ? {} : { licenses: [{ expression: license }] };
  return { type: 'library', 'bom-ref': purl, name, version, ...licenses, purl };
}

function packageOf(owner: Package, root: ManifestRoot, files: readonly BillFile[]): Component {
  const { name, version, architecture, source, maintainer, homepage, license } = owner;
  const purl = packageUrl(owner, root);
  return {
    type: 'library',
    'bom-ref': purl ?? `${name}:${architecture}`,
    ...(maintainer !== undefined && { supplier: { name: maintainer } }),
    name,
    version,
    ...licensesOf(license),
    ...(purl !== undefined && { purl }),
    ...(source !== undefined && {
      pedigree: { ancestors: [sourceOf({ ...owner, ...source }, root)] },
    }),
    ...(homepage !== undefined &&
      URL.canParse(homepage) && {
        externalReferences: [{ type: 'website', url: new URL(homepage).href }],
      }),
    components: ownedBy(owner, files).map(fileOf),
  };
}

/** Advisories of Debian name sources. */
function sourceOf({ name, version }: Package, root: ManifestRoot): object {
  const purl = packageUrl({ name, version, architecture: 'source' }, root);
  return { type: 'library', name, version, ...(purl !== undefined && { purl }) };
}

function fileOf({ path, sha256 }: BillFile): Component {
  return {
    type: 'file',
    'bom-ref': `file:${path}`,
    name: path,
    hashes: [{ alg: 'SHA-256', content: sha256 }],
  };
}

/** Words of package managers are taken for names, since many are no SPDX expressions. */
function licensesOf(license: string | undefined): object {
  if (license === undefined) return {};
  return { licenses: [{ license: { name: license } }] };
}
