import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sea from 'node:sea';
import { Failure } from '../failure.ts';

/** The file to pack as the image's own program: the running one, or in a checkout the built one. */
export function ownExecutable(): string {
  if (sea.isSea()) return process.execPath;
  const built = join(import.meta.dirname, '../../dist/shutdownramfs');
  if (existsSync(built)) return built;
  throw new Failure('pack the executable: dist/shutdownramfs does not exist', {
    hint: 'npm run build makes it',
  });
}
