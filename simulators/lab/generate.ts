import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generateLab } from './scale.ts';

// Writes a lab of any size into --folder: simulators.yaml and site.yaml. `sallyport lab --doors N --cameras N --panels N` runs it, then the two.

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    rules: { type: 'string' },
    doors: { type: 'string', default: '0' },
    cameras: { type: 'string', default: '0' },
    panels: { type: 'string', default: '0' },
  },
});
if (values.folder === undefined || values.rules === undefined) throw new Error('--folder and --rules are missing');
const { folder, rules } = values;

const { summary } = generateLab(
  { doors: Number(values.doors), cameras: Number(values.cameras), panels: Number(values.panels) },
  {
    folder,
    rules: ['doors', 'intrusion', 'devices', 'video'].map((name) => join(rules, `${name}.yaml`)),
    secrets: join(folder, 'secrets'),
    controlPort: 8090,
    receiverPort: 12_000,
    firstPort: 20_000,
  },
);
console.log(summary);
