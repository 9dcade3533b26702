/**
 * A root whose programs run on musl, as Alpine's do. Debian has musl and nothing linked with it, so
 * the programs are one of a few lines, under the names of those that an image packs.
 */
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { built } from './build-cache.ts';
import { unpackedPackages } from './debian-archive.ts';

const library = `
.globl made
made: lea text(%rip), %rdi
      jmp puts@PLT
.section .rodata
text: .asciz "made for musl"
.section .note.GNU-stack, "", @progbits
`;

/** Ends with 1 when it is started without words, as a check that runs it would. */
const program = `
.globl main
main: push %rbx
      mov %edi, %ebx
      call made@PLT
      xor %eax, %eax
      cmp $2, %ebx
      setl %al
      pop %rbx
      ret
.section .note.GNU-stack, "", @progbits
`;

/** The directory of libraries is one that only musl's path file names. */
const make = `
musl=$1 name=$2; shift 2
objects=$musl/usr/lib/$name
as -o library.o library.s
as -o program.o program.s
ld -shared -soname libmade.so.1 -o root/usr/lib/$name/libmade.so.1 library.o
ld -o program -dynamic-linker /lib/ld-musl-x86_64.so.1 "$objects/crt1.o" "$objects/crti.o" program.o \\
  root/usr/lib/$name/libmade.so.1 -L "$objects" -l:libc.so "$objects/crtn.o"
cp "$objects/libc.so" root/usr/lib/$name/
ln -s $name/libc.so root/usr/lib/ld-musl-x86_64.so.1
for path in "$@"; do mkdir -p "root\${path%/*}"; cp program "root$path"; done
rm library.* program program.*`;

/** `programs` are absolute paths. */
export async function muslRoot(programs: readonly string[]): Promise<string> {
  const musl = await unpackedPackages('musl', [/^musl$/, /^musl-dev$/]);
  const recipe = { musl, programs, library, program, make, layout: 1 };
  const directory = await built('musl-root', recipe, async (directory) => {
    const name = 'x86_64-linux-musl';
    const root = join(directory, 'root');
    for (const path of ['etc', 'proc', 'tmp', 'usr/bin', 'usr/sbin', `usr/lib/${name}`]) {
      await mkdir(join(root, path), { recursive: true });
    }
    for (const link of ['bin', 'sbin', 'lib']) await symlink(`usr/${link}`, join(root, link));
    await writeFile(join(root, 'etc/ld-musl-x86_64.path'), `/usr/lib/${name}\n`);
    await copyFile('/bin/busybox', join(root, 'usr/bin/busybox'));
    await writeFile(join(directory, 'library.s'), library);
    await writeFile(join(directory, 'program.s'), program);
    await execa('sh', ['-e', '-c', make, 'sh', musl, name, ...programs], { cwd: directory });
  });
  return join(directory, 'root');
}
