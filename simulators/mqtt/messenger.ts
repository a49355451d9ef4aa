import type { Publication } from './codec.ts';

/** Where the simulated devices publish: at a broker of their own, or as a client of another. */
export interface Messenger {
  start(): Promise<void>;
  stop(): Promise<void>;
  publish(publication: Publication): void;
}
