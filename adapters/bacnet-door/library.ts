import { createRequire } from 'node:module';
import type bacnet from '@bacnet-js/client';

/**
 * The library's client. It is a CommonJS module with a default export, of which node and the test runner's loader
 * make different things on `import`; `require` gives the same in both.
 */
export const { default: BacnetClient } = createRequire(import.meta.url)('@bacnet-js/client') as typeof bacnet;
export type BacnetClient = InstanceType<typeof BacnetClient>;
