// The first module of a video thread: it lets the thread load the TypeScript sources as they are.
import { register } from 'tsx/esm/api';

register();
await import('./thread.ts');
