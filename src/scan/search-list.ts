/**
 * All keys and markers as one set of different pieces, and for each piece what it is a part of.
 * Keys are cut into 16 bytes, a round key, so that what is left of a half overwritten key is seen
 * too. Markers are cut into 64 bytes, so that it does not matter where in physical memory their
 * pages lie.
 */
import { isTelling } from './pieces.ts';
import { cut, keyForms, type KeyForm, type Marker } from './secret.ts';

export const keyPiece = 16;
const markerPiece = 64;

export interface SearchList {
  readonly pieces: readonly Uint8Array[];
  /** By piece: its places in key forms, and the markers it comes from. */
  readonly uses: readonly PieceUse[];
  readonly forms: readonly KeyForm[];
  readonly markers: readonly Marker[];
}

interface PieceUse {
  readonly inForms: { readonly form: number; readonly index: number }[];
  readonly inMarkers: Set<number>;
}

export interface NamedBytes {
  readonly name: string;
  readonly content: Uint8Array;
}

/** Pieces that memory is full of anyway (zeros) are left out. */
export function makeSearchList(
  keys: readonly NamedBytes[],
  markers: readonly NamedBytes[],
): SearchList {
  const forms = keys.flatMap(({ name, content }) => keyForms(name, content));
  const numbers = new Map<string, number>();
  const pieces: Uint8Array[] = [];
  const uses: PieceUse[] = [];
  const use = (piece: Uint8Array): PieceUse | undefined => {
    if (!isTelling(piece)) return undefined;
    const identity = Buffer.from(piece).toString('latin1');
    let number = numbers.get(identity);
    if (number === undefined) {
      number = pieces.push(piece) - 1;
      uses.push({ inForms: [], inMarkers: new Set() });
      numbers.set(identity, number);
    }
    return uses[number];
  };
  for (const [form, { content }] of forms.entries()) {
    for (const [index, piece] of cut(content, keyPiece).entries()) {
      use(piece)?.inForms.push({ form, index });
    }
  }
  for (const [marker, { content }] of markers.entries()) {
    for (const piece of cut(content, markerPiece)) use(piece)?.inMarkers.add(marker);
  }
  return { pieces, uses, forms, markers };
}
