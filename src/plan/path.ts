/** Whether a path is the directory itself or anything below it. */
export function isAtOrBelow(path: string, directory: string): boolean {
  if (directory === '/') return path.startsWith('/');
  return (
    path.startsWith(directory) &&
    (path.length === directory.length || path[directory.length] === '/')
  );
}

/** `/a/b` → `/a/b`, `/a`, `/`: a path and the directories it is in, the innermost first. */
export function selfAndAncestors(path: string): readonly string[] {
  const self = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  return self === '' || self === '/' ? ['/'] : [self, ...ancestors(self)];
}

/** The directories a path is in, the innermost first, one when it is asked for. */
export function* ancestors(path: string): Generator<string> {
  let end = path.length > 1 && path.endsWith('/') ? path.length - 1 : path.length;
  for (end = path.lastIndexOf('/', end - 1); end > 0; end = path.lastIndexOf('/', end - 1)) {
    yield path.slice(0, end);
  }
  if (path !== '/' && path !== '') yield '/';
}

/** A path of one root as it reads from outside of it. */
export function below(directory: string, path: string): string {
  if (directory === '/') return path;
  return path === '/' ? directory : `${directory}${path}`;
}

/** What /proc and sysfs put behind the path of a file that has no name any more. */
export function withoutDeletedMark(path: string): string {
  return path.endsWith(' (deleted)') ? path.slice(0, -' (deleted)'.length) : path;
}

/** `/a/b/` → `b`; empty for `/`. */
export function lastWord(path: string): string {
  return /([^/]*)\/*$/.exec(path)?.[1] ?? '';
}
