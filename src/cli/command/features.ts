import type { CommandModule } from 'yargs';

interface FeaturesArguments {
  root: string;
  json: boolean;
}

export const featuresCommand: CommandModule<object, FeaturesArguments> = {
  command: 'features',
  describe: 'List what an image can be made to take apart, and what that takes in a root',
  builder: (yargs) =>
    yargs
      .option('root', { type: 'string', default: '/', describe: 'Look at this root' })
      .option('json', { type: 'boolean', default: false, describe: 'Print one array of JSON' }),
  async handler({ root, json }) {
    const { ownExecutable } = await import('../../image/own-executable.ts');
    const { surveyFeatures } = await import('../../image/survey-features.ts');
    const { formatSurvey } = await import('../feature-report.ts');
    const survey = await surveyFeatures(root, ownExecutable());
    process.stdout.write(json ? `${JSON.stringify(survey, null, 1)}\n` : formatSurvey(survey));
  },
};
