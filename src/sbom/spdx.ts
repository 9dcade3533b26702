/** A bill of materials as SPDX 2.3 (https://spdx.github.io/spdx-spec/v2.3/). */
import { createHash } from 'node:crypto';
import type { Package } from '../package/package.ts';
import { ownedBy, type Bill, type BillFile } from './bill.ts';
import { nameBasedUuid } from './name-based-uuid.ts';
import { genericPackageUrl, npmPackageUrl, packageUrl } from './package-url.ts';
import { timestampOf } from './timestamp.ts';

/** What becomes a package of the document. */
interface Part {
  readonly name: string;
  readonly version: string;
  readonly purpose: 'OPERATING_SYSTEM' | 'APPLICATION' | 'FRAMEWORK' | 'LIBRARY';
  /** Those of the bill that it holds. */
  readonly files: readonly BillFile[];
  readonly details: object;
}

/** Plain data, the same each time; `created` is in seconds since 1970. */
export function toSpdx(bill: Bill, created: number): object {
  const image = imageOf(bill);
  const program = programOf(bill);
  const bundled = bundledIn(bill);
  const owned = bill.manifest.packages.map((owner) => packageOf(owner, bill));
  const parts = [image, program, ...bundled, ...owned];
  const ids = new Map<Part | BillFile, string>([
    ...parts.map((part, index) => [part, partId(part, index)] as const),
    ...bill.files.map((file, index) => [file, `SPDXRef-File-${index + 1}`] as const),
  ]);
  const idOf = (element: Part | BillFile) => ids.get(element) ?? '';
  const contains = (whole: Part, inside: readonly (Part | BillFile)[]) =>
    inside.map((element) => relationship(idOf(whole), 'CONTAINS', idOf(element)));
  const unique = nameBasedUuid(`spdx ${bill.digest} ${created}`);
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'exitrd',
    documentNamespace: `https://spdx.org/spdxdocs/exitrd-${unique}`,
    creationInfo: {
      created: timestampOf(created),
      creators: [`Tool: shutdownramfs-${bill.manifest.executable.version}`],
    },
    packages: parts.map((part) => ({ SPDXID: idOf(part), ...describePart(part) })),
    files: bill.files.map((file) => ({ SPDXID: idOf(file), ...describeFile(file) })),
    relationships: [
      relationship('SPDXRef-DOCUMENT', 'DESCRIBES', idOf(image)),
      ...contains(image, [program, ...owned]),
      ...contains(program, bundled),
      ...parts.flatMap((part) => contains(part, part.files)),
    ],
  };
}

function imageOf({ digest, files }: Bill): Part {
  const version = digest.slice(0, 16);
  return { name: 'exitrd', version, purpose: 'OPERATING_SYSTEM', files, details: {} };
}

function programOf({ manifest: { executable }, files }: Bill): Part {
  const { path, version } = executable;
  return {
    name: 'shutdownramfs',
    version,
    purpose: 'APPLICATION',
    files: files.filter((file) => file.path === path),
    details: locator(genericPackageUrl('shutdownramfs', version)),
  };
}

function bundledIn({ manifest: { executable } }: Bill): Part[] {
  const runtime = Object.entries(executable.runtime).filter(([, version]) => version !== '');
  return [
    ...runtime.map(([name, version]): Part => ({
      name,
      version,
      purpose: name === 'node' ? 'FRAMEWORK' : 'LIBRARY',
      files: [],
      details: locator(genericPackageUrl(name, version)),
    })),
    ...executable.packages.map((bundled): Part => {
      const { name, version, license } = bundled;
      // npm's word is an SPDX expression.
      const licenseDeclared = license ?? 'NOASSERTION';
      const details = { licenseDeclared, ...locator(npmPackageUrl(bundled)) };
      return { name, version, purpose: 'LIBRARY', files: [], details };
    }),
  ];
}

function packageOf(owner: Package, { manifest, files }: Bill): Part {
  const { name, version } = owner;
  return {
    name,
    version,
    purpose: 'LIBRARY',
    files: ownedBy(owner, files),
    details: { ...detailsOf(owner), ...locator(packageUrl(owner, manifest.root)) },
  };
}

/** Letters, digits, dots and hyphens are allowed. */
function partId({ name }: Part, index: number): string {
  return `SPDXRef-Package-${index}-${name.replaceAll(/[^A-Za-z0-9.]+/g, '-')}`;
}

function relationship(one: string, type: 'CONTAINS' | 'DESCRIBES', other: string): object {
  return { spdxElementId: one, relationshipType: type, relatedSpdxElement: other };
}

function describePart({ name, version, purpose, files, details }: Part): object {
  return {
    name,
    versionInfo: version,
    downloadLocation: 'NOASSERTION',
    primaryPackagePurpose: purpose,
    filesAnalyzed: files.length > 0,
    ...(files.length > 0 && { packageVerificationCode: verificationCode(files) }),
    ...details,
  };
}

function describeFile({ path, sha1, sha256 }: BillFile): object {
  return {
    fileName: `.${path}`,
    checksums: [
      { algorithm: 'SHA1', checksumValue: sha1 },
      { algorithm: 'SHA256', checksumValue: sha256 },
    ],
  };
}

/** Section 7.9: the digest of the digests, sorted. */
function verificationCode(files: readonly BillFile[]): object {
  const digests = files.map(({ sha1 }) => sha1).toSorted();
  const hash = createHash('sha1').update(digests.join(''));
  return { packageVerificationCodeValue: hash.digest('hex') };
}

function locator(purl: string | undefined): object {
  if (purl === undefined) return {};
  const reference = { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl' };
  return { externalRefs: [{ ...reference, referenceLocator: purl }] };
}

function detailsOf({ source, maintainer, homepage, license, version }: Package): object {
  return {
    comment: 'Of its files those that are in the image.',
    ...(maintainer !== undefined && { supplier: supplierOf(maintainer) }),
    ...(homepage !== undefined && URL.canParse(homepage) && { homepage: new URL(homepage).href }),
    ...(license !== undefined && { licenseComments: `The package says: ${license}` }),
    ...(source !== undefined && {
      sourceInfo: `built package from: ${source.name} ${source.version ?? version}`,
    }),
  };
}

/** `Name <address>` as `Organization: Name (address)`; who is a person cannot be told. */
function supplierOf(maintainer: string): string {
  const [, name = maintainer, address] = /^(.*\S)\s*<(.*)>$/.exec(maintainer) ?? [];
  return `Organization: ${name}${address === undefined ? '' : ` (${address})`}`;
}
