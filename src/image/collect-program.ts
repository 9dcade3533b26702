/**
 * Gathers a program of the root with all that starting it takes: its libraries, or the interpreter of
 * a script, and so on.
 */
import { basename } from 'node:path/posix';
import { resolveClosure } from '../elf/closure.ts';
import { Failure } from '../failure.ts';
import type { ForeignRoot, LocatedNode } from '../root/foreign-root.ts';
import type { RootLoaderView } from '../root/loader-view.ts';
import { parseEnvArgument } from '../script/parse-env-argument.ts';
import {
  interpreterLineLimit,
  mostInterpreters,
  parseInterpreterLine,
  type InterpreterLine,
} from '../script/parse-interpreter-line.ts';
import { closureEntries, entriesOf, linkEntries, type Collection } from './collect-entries.ts';
import { mergedPath } from './merged-path.ts';

export interface ProgramPlace {
  readonly root: ForeignRoot;
  readonly view: RootLoaderView;
  /** Of the entries. */
  readonly origin: string;
}

type Script = Extract<InterpreterLine, { readonly kind: 'script' }>;

const busybox = '/usr/bin/busybox';

/** Where a program without a slash is looked for: PATH in an image, whose /usr is merged. */
const searched = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * Undefined where nothing is. The programs are those that a loader starts, the script itself is none.
 * Throws a Failure for what the kernel would not start.
 */
export function collectProgram(
  path: string,
  place: ProgramPlace,
  depth = 0,
): Collection | undefined {
  const { root, view, origin } = place;
  const node = root.locate(path);
  if (node === undefined) return undefined;
  // There the image has the guard's, which is the same shell; only the way to it is missing.
  if (mergedPath(node.path) === busybox) {
    return { entries: linkEntries(node, origin), programs: [] };
  }
  const files = entriesOf(node, origin, true);
  const elf = node.stats.isFile() ? view.headers(node) : undefined;
  if (elf !== undefined) {
    const members = resolveClosure({ path: node.path, elf }, view);
    return {
      entries: [...files, ...closureEntries(members, root, origin)],
      programs: [{ path, probe: undefined, static: elf.interpreter === undefined }],
    };
  }
  if (depth === mostInterpreters) {
    throw new Failure(
      `pack ${path}: the kernel follows ${mostInterpreters} interpreters and no more`,
    );
  }
  const script = readScript(path, node, root);
  const started = [
    collectProgram(script.interpreter, place, depth + 1) ??
      absent(path, `its interpreter ${script.interpreter}`, root),
    ...startedByEnv(path, script, place),
  ];
  return {
    entries: [...files, ...started.flatMap(({ entries }) => entries)],
    programs: started.flatMap(({ programs }) => programs),
  };
}

function readScript(path: string, node: LocatedNode, root: ForeignRoot): Script {
  const line = node.stats.isFile()
    ? root.open(node, (read) => parseInterpreterLine(read(0, interpreterLineLimit + 1)))
    : undefined;
  if (line === undefined) {
    throw new Failure(`pack ${path}: it is no ELF program and no script`, {
      hint: 'a script begins with #! and the path of its interpreter',
    });
  }
  if (line.kind === 'broken') throw new Failure(`pack ${path}: ${line.reason}`);
  return line;
}

function startedByEnv(path: string, script: Script, place: ProgramPlace): Collection[] {
  if (basename(script.interpreter) !== 'env') return [];
  const target = parseEnvArgument(script.argument);
  if (target.kind === 'broken') throw new Failure(`pack ${path}: ${target.reason}`);
  const { program } = target;
  const places = program.includes('/') ? [program] : searched.map((one) => `${one}/${program}`);
  const found = places.find((one) => place.root.locate(one) !== undefined);
  // A process of its own: env has been started by then.
  const collection = found === undefined ? undefined : collectProgram(found, place);
  return [collection ?? absent(path, `${program}, which env starts for it,`, place.root)];
}

function absent(path: string, what: string, root: ForeignRoot): never {
  throw new Failure(`pack ${path}: ${what} is not in ${root.directory}`, {
    hint: 'in an image PATH is /usr/sbin:/usr/bin',
  });
}
