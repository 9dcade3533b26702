/**
 * AES key schedules as they lie in memory: the round keys one after the other, 16 bytes each, the
 * first of them beginning with the key itself. Source: FIPS 197, section 5.2 and 5.3.5 (the
 * equivalent inverse cipher, whose schedule the kernel keeps as `key_dec`).
 */

/** Key lengths in bytes: AES-128, AES-192, AES-256. */
export const keyLengths = [16, 24, 32] as const;
export type KeyLength = (typeof keyLengths)[number];

export function isKeyLength(length: number): length is KeyLength {
  return (keyLengths as readonly number[]).includes(length);
}

/** Bytes of a whole schedule: 176, 208 or 240. */
export function scheduleLength(keyLength: KeyLength): number {
  return 4 * (keyLength + 28);
}

/** The schedule for encryption, of `scheduleLength(key.length)` bytes. */
export function encryptionSchedule(key: Uint8Array): Uint8Array {
  const length = key.length;
  if (!isKeyLength(length)) throw new TypeError(`key: 16, 24 or 32 bytes, not ${length}`);
  const schedule = new Uint8Array(scheduleLength(length));
  schedule.set(key);
  const words = new DataView(schedule.buffer);
  for (let at = length; at < schedule.length; at += 4) {
    const previous = words.getInt32(at - 4, true);
    const word = words.getInt32(at - length, true) ^ mixWord(previous, at, length);
    words.setInt32(at, word, true);
  }
  return schedule;
}

/** The schedule for decryption: the round keys last first, InvMixColumns applied to all but the outer two. */
export function decryptionSchedule(key: Uint8Array): Uint8Array {
  const schedule = encryptionSchedule(key);
  const reversed = new Uint8Array(schedule.length);
  const last = schedule.length - 16;
  for (let at = 0; at <= last; at += 16) {
    const roundKey = schedule.subarray(last - at, last - at + 16);
    reversed.set(at === 0 || at === last ? roundKey : invMixColumns(roundKey), at);
  }
  return reversed;
}

/**
 * How many bits differ when each word of a would-be schedule is computed anew from its
 * predecessors in memory, so that one flipped bit counts where it is used and nowhere else. Stops
 * counting as soon as `limit` is passed. The caller makes sure that a whole schedule fits.
 */
export function countScheduleErrors(
  memory: DataView,
  start: number,
  keyLength: KeyLength,
  limit: number,
): number {
  const end = scheduleLength(keyLength);
  let errors = 0;
  for (let at = keyLength; at < end; at += 4) {
    const here = start + at;
    const previous = memory.getInt32(here - 4, true);
    const expected = memory.getInt32(here - keyLength, true) ^ mixWord(previous, at, keyLength);
    errors += countBits(memory.getInt32(here, true) ^ expected);
    if (errors > limit) return errors;
  }
  return errors;
}

/** What the word before does to the word at byte `at` of a schedule (FIPS 197, figure 11). */
function mixWord(previous: number, at: number, keyLength: KeyLength): number {
  const place = at % keyLength;
  if (place === 0) {
    const rotated = (previous >>> 8) | (previous << 24);
    return substitute(rotated) ^ roundConstants[at / keyLength]!;
  }
  return keyLength === 32 && place === 16 ? substitute(previous) : previous;
}

const [sBox, roundConstants] = [makeSBox(), makeRoundConstants()];

function substitute(word: number): number {
  return (
    sBox[word & 0xff]! |
    (sBox[(word >>> 8) & 0xff]! << 8) |
    (sBox[(word >>> 16) & 0xff]! << 16) |
    (sBox[word >>> 24]! << 24)
  );
}

function countBits(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The S-box: the inverse in GF(2^8), then an affine map. 3 generates the field, so 3^-n inverts 3^n. */
function makeSBox(): Uint8Array {
  const box = new Uint8Array(256);
  const powers = [1];
  for (let n = 1; n < 255; n++) powers.push(powers[n - 1]! ^ double(powers[n - 1]!));
  for (let n = 0; n < 255; n++) {
    const inverse = powers[(255 - n) % 255]! * 0x101;
    box[powers[n]!] =
      inverse ^ (inverse >>> 7) ^ (inverse >>> 6) ^ (inverse >>> 5) ^ (inverse >>> 4) ^ 0x63;
  }
  box[0] = 0x63;
  return box;
}

function makeRoundConstants(): Uint8Array {
  const constants = new Uint8Array(11);
  for (let n = 1, value = 1; n < constants.length; n++, value = double(value)) {
    constants[n] = value;
  }
  return constants;
}

function invMixColumns(roundKey: Uint8Array): Uint8Array {
  return roundKey.map((_, at) => {
    const column = at & ~3;
    const byte = (turn: number) => roundKey[column + ((at + turn) & 3)]!;
    return times(byte(0), 14) ^ times(byte(1), 11) ^ times(byte(2), 13) ^ times(byte(3), 9);
  });
}

/** A product in GF(2^8). */
function times(value: number, factor: number): number {
  let product = 0;
  for (let bit = 1, power = value; bit <= factor; bit <<= 1, power = double(power)) {
    if ((factor & bit) !== 0) product ^= power;
  }
  return product;
}

function double(value: number): number {
  return ((value << 1) ^ (value & 0x80 ? 0x11b : 0)) & 0xff;
}
