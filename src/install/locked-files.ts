/**
 * What has to stay readable when the medium is gone: the files that PID 1 and what it starts on the
 * way down are made of, found by the code that packs an image. memlockd(8) keeps them in memory.
 */
import { resolveClosure } from '../elf/closure.ts';
import type { ForeignRoot, LocatedNode } from '../root/foreign-root.ts';
import { createLoaderView, type RootLoaderView } from '../root/loader-view.ts';
import { hookFile } from './installed-path.ts';

/**
 * systemd-executor is there since systemd 255. What the hook calls at a VERB when there is an exitrd
 * is its shell alone. A library that a program may load later is not needed to end the machine.
 */
const programs = [
  '/usr/lib/systemd/systemd',
  '/usr/lib/systemd/systemd-executor',
  '/usr/lib/systemd/systemd-udevd',
  '/usr/lib/systemd/systemd-shutdown',
  '/usr/sbin/memlockd',
  '/bin/sh',
];
/** What the loader reads before any library. */
const data = ['/etc/ld.so.cache'];

/** Paths free of symlinks, sorted. Throws a Failure that names a missing library. */
export function findLockedFiles(root: ForeignRoot): readonly string[] {
  const view = createLoaderView(root);
  const paths = new Set([hookFile]);
  for (const path of data) {
    const node = root.locate(path);
    if (node !== undefined) paths.add(node.path);
  }
  for (const path of programs) {
    const node = root.locate(path);
    if (node === undefined) continue;
    paths.add(node.path);
    for (const member of closureOf(node, view)) paths.add(member);
  }
  return [...paths].toSorted();
}

function closureOf(node: LocatedNode, view: RootLoaderView): readonly string[] {
  const elf = view.headers(node);
  if (elf === undefined) return [];
  const members = resolveClosure({ path: node.path, elf }, view, { dlopenFeatures: ['mount'] });
  return members.map(({ path }) => path);
}
