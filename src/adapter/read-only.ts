import type { Connection } from './contract.ts';
import type { AdapterRunner } from './runner.ts';

/** The runner for somebody who only looks: its adapter is told to leave no trace, and nothing of what it connects to can be commanded. */
export function readOnly(runner: AdapterRunner): AdapterRunner {
  return {
    connect: async (options, host) => withoutCommands(await runner.connect(options, { ...host, readOnly: true })),
    discover: (options) => runner.discover(options),
    close: () => runner.close(),
  };
}

function withoutCommands({ done, cameras, recordings }: Connection): Connection {
  return {
    done,
    ...(recordings && { recordings }),
    ...(cameras && {
      cameras: {
        stream: (camera) => cameras.stream(camera),
        substream: async (camera) => cameras.substream?.(camera),
        ...(cameras.snapshot && { snapshot: cameras.snapshot.bind(cameras) }),
      },
    }),
  };
}
