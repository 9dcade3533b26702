import type { FeatureSurvey } from '../image/survey-features.ts';

/** A line for each feature, and below it why it cannot be packed, or what `auto` says of it. */
export function formatSurvey(survey: readonly FeatureSurvey[]): string {
  const width = Math.max(...survey.map(({ name }) => name.length));
  const lines = survey.flatMap((feature) => {
    const { name, about, adds, failure, reason } = feature;
    const size = adds === undefined ? '-' : kibibytes(adds);
    const marks = `${feature.default ? 'default' : ''} ${feature.auto ? 'auto' : ''}`.padEnd(12);
    const indent = ' '.repeat(width + 2);
    const said = failure === undefined ? [] : [failure.message, failure.hint ?? ''].filter(Boolean);
    return [
      `${name.padEnd(width)}  ${marks}  ${size.padStart(10)}  ${about}`,
      `${indent}auto: ${reason}`,
      ...said.map((text) => `${indent}${text}`),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function kibibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}
