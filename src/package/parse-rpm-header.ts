/**
 * A package's header in rpm's database: an index of tags and a store of their values (rpm's
 * docs/manual/format_header.md and hregions.md; the tags in rpmtag.h).
 */
import { packageOf, type Package, type SourcePackage } from './package.ts';

export interface RpmPackage {
  readonly package: Package;
  /** Absolute. */
  readonly paths: readonly string[];
}

const tags = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  vendor: 1011,
  license: 1014,
  url: 1020,
  architecture: 1022,
  sourceRpm: 1044,
  directoryIndexes: 1116,
  baseNames: 1117,
  directoryNames: 1118,
} as const;

interface Value {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

/** Undefined for what is no whole header. */
export function parseRpmHeader(bytes: Uint8Array): RpmPackage | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 8) return undefined;
  const entries = view.getUint32(0);
  const store = 8 + 16 * entries;
  if (store + view.getUint32(4) > bytes.length) return undefined;
  const values = new Map<number, Value>();
  for (let at = 8; at < store; at += 16) {
    const [type, offset, count] = [4, 8, 12].map((field) => view.getUint32(at + field));
    values.set(view.getUint32(at), { type: type ?? 0, offset: offset ?? 0, count: count ?? 0 });
  }
  const strings = (tag: number): string[] => {
    const value = values.get(tag);
    if (value === undefined || ![6, 8, 9].includes(value.type)) return [];
    const found: string[] = [];
    for (let at = store + value.offset; found.length < value.count;) {
      const end = bytes.indexOf(0, at);
      if (end === -1) break;
      found.push(new TextDecoder().decode(bytes.subarray(at, end)));
      at = end + 1;
    }
    return found;
  };
  const integers = (tag: number): number[] => {
    const value = values.get(tag);
    if (value?.type !== 4 || store + value.offset + 4 * value.count > bytes.length) return [];
    return Array.from({ length: value.count }, (_, index) =>
      view.getUint32(store + value.offset + 4 * index),
    );
  };
  const text = (tag: number) => strings(tag)[0];
  const [epoch] = integers(tags.epoch);
  const version = [text(tags.version), text(tags.release)].filter(Boolean).join('-');
  const found = packageOf(
    {
      name: text(tags.name),
      version: epoch === undefined ? version : `${epoch}:${version}`,
      architecture: text(tags.architecture),
      maintainer: text(tags.vendor),
      homepage: text(tags.url),
      license: text(tags.license),
    },
    sourceOf(text(tags.sourceRpm) ?? '', version),
  );
  if (found === undefined) return undefined;
  const names = strings(tags.baseNames);
  const directories = strings(tags.directoryNames);
  const indexes = integers(tags.directoryIndexes);
  const paths = names.map((name, index) => `${directories[indexes[index] ?? -1] ?? ''}${name}`);
  return { package: found, paths };
}

/** `systemd-256.7-1.fc41.src.rpm`: name, version and release are parted by the last two hyphens. */
function sourceOf(file: string, ownVersion: string): SourcePackage {
  const [, name = '', version] = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(file) ?? [];
  return { name, ...(version !== undefined && version !== ownVersion && { version }) };
}
