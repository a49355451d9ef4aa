#!/usr/bin/env node
// The command-line program. It lets Node run the TypeScript sources as they are, then hands over.
import { register } from 'tsx/esm/api';

register();
await import('./program.ts');
