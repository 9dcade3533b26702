/**
 * Looks like a kernel of x86 as far as the loader of crash kernels looks before it gathers the keys for it, and
 * can never be one: no memory is large enough (Documentation/arch/x86/boot.rst; bzImage64_probe() and
 * bzImage64_load() in arch/x86/kernel/kexec-bzimage64.c).
 */
export function unbootableImage(): Buffer {
  const image = Buffer.alloc(8192);
  const setupSectors = 1;
  image.writeUInt8(setupSectors, 0x1f1);
  image.writeUInt16LE(0xaa55, 0x1fe);
  // A jump over the header, whose length the loader takes from it.
  image.writeUInt16LE(0x6aeb, 0x200);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(0x020f, 0x206);
  const loadedHigh = 1;
  image.writeUInt8(loadedHigh, 0x211);
  image.writeUInt32LE(0x200000, 0x230);
  // 64 bits, above 4 GiB, five levels of pages, encrypted memory.
  image.writeUInt16LE(0b1110_0011, 0x236);
  image.writeUInt32LE(2047, 0x238);
  image.writeBigUInt64LE(0x1000000n, 0x258);
  image.writeUInt32LE(0xfffff000, 0x260);
  return image;
}
