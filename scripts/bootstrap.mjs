// What `npm start` needs before it can run.

import { installPackages, prepare } from './install.mjs';

await installPackages();
await prepare({ forTests: false });
