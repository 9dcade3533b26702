/** A bill of materials as SPDX 2.3 (https://spdx.github.io/spdx-spec/v2.3/). */
import { createHash } from 'node:crypto';
import type { Package } from '../package/package.ts';
import type { Bill, BillFile } from './bill.ts';
import { timestampOf } from './cyclonedx.ts';
import { nameBasedUuid } from './name-based-uuid.ts';
import { genericPackageUrl, npmPackageUrl, packageUrl } from './package-url.ts';

interface Element {
  readonly SPDXID: string;
  readonly [key: string]: unknown;
}

/** Plain data, the same each time; `created` is in seconds since 1970. */
export function toSpdx(bill: Bill, created: number): object {
  const { executable, packages, root } = bill.manifest;
  const files = bill.files.map((file, index) => ({ file, id: `SPDXRef-File-${index + 1}` }));
  const idsOf = (mine: readonly BillFile[]) =>
    files.filter(({ file }) => mine.includes(file)).map(({ id }) => id);

  const relationships: object[] = [];
  const relate = (one: string, type: string, other: string) =>
    relationships.push({
      spdxElementId: one,
      relationshipType: type,
      relatedSpdxElement: other,
    });
  const elements: Element[] = [];
  const add = (
    name: string,
    version: string,
    purpose: string,
    mine: readonly BillFile[],
    more: object,
  ) => {
    const SPDXID = `SPDXRef-Package-${elements.length}-${name.replaceAll(/[^A-Za-z0-9.]+/g, '-')}`;
    elements.push({
      SPDXID,
      name,
      versionInfo: version,
      downloadLocation: 'NOASSERTION',
      primaryPackagePurpose: purpose,
      filesAnalyzed: mine.length > 0,
      ...(mine.length > 0 && { packageVerificationCode: verificationCode(mine) }),
      ...more,
    });
    for (const id of idsOf(mine)) relate(SPDXID, 'CONTAINS', id);
    return SPDXID;
  };

  const image = add('exitrd', bill.digest.slice(0, 16), 'OPERATING_SYSTEM', bill.files, {});
  relate('SPDXRef-DOCUMENT', 'DESCRIBES', image);
  const own = bill.files.filter(({ path }) => path === executable.path);
  const program = add('shutdownramfs', executable.version, 'APPLICATION', own, {
    ...locator(genericPackageUrl('shutdownramfs', executable.version)),
  });
  relate(image, 'CONTAINS', program);
  for (const [name, version] of Object.entries(executable.runtime)) {
    if (version === '') continue;
    const purl = locator(genericPackageUrl(name, version));
    relate(
      program,
      'CONTAINS',
      add(name, version, name === 'node' ? 'FRAMEWORK' : 'LIBRARY', [], purl),
    );
  }
  for (const bundled of executable.packages) {
    const { name, version, license } = bundled;
    const more = { licenseDeclared: license ?? 'NOASSERTION', ...locator(npmPackageUrl(bundled)) };
    relate(program, 'CONTAINS', add(name, version, 'LIBRARY', [], more));
  }
  for (const owner of packages) {
    const mine = bill.files.filter((file) => {
      return file.package?.name === owner.name && file.package.architecture === owner.architecture;
    });
    const more = { ...detailsOf(owner), ...locator(packageUrl(owner, root)) };
    relate(image, 'CONTAINS', add(owner.name, owner.version, 'LIBRARY', mine, more));
  }
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'exitrd',
    documentNamespace: `https://spdx.org/spdxdocs/exitrd-${nameBasedUuid(`spdx ${bill.digest} ${created}`)}`,
    creationInfo: {
      created: timestampOf(created),
      creators: [`Tool: shutdownramfs-${executable.version}`],
    },
    packages: elements,
    files: files.map(({ file: { path, sha1, sha256 }, id }) => ({
      SPDXID: id,
      fileName: `.${path}`,
      checksums: [
        { algorithm: 'SHA1', checksumValue: sha1 },
        { algorithm: 'SHA256', checksumValue: sha256 },
      ],
    })),
    relationships,
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
