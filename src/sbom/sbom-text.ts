import { sourceDateEpoch } from '../image/source-date-epoch.ts';
import { readBill } from './bill.ts';
import { toCycloneDx } from './cyclonedx.ts';
import { toSpdx } from './spdx.ts';

export type SbomFormat = 'cyclonedx' | 'spdx';

/** The whole of `sbom`. Throws a Failure for what is no whole image. */
export async function sbomText(image: string, format: SbomFormat): Promise<string> {
  const bill = await readBill(image);
  const epoch = process.env['SOURCE_DATE_EPOCH'];
  const created = sourceDateEpoch(epoch);
  // SPDX must have a time, CycloneDX may.
  const isToldTime = epoch !== undefined && epoch !== '';
  const document =
    format === 'spdx' ? toSpdx(bill, created) : toCycloneDx(bill, isToldTime ? created : undefined);
  return `${JSON.stringify(document, null, 2)}\n`;
}
