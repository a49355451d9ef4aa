import type { Socket, SocketHandlers } from './desk-connection.ts';

/** The address of a WebSocket of the gateway that served this page. */
export function socketAddress(path: string): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`;
}

/** The desk's WebSocket in a browser. */
export function openDeskSocket(handlers: SocketHandlers): Socket {
  const socket = new WebSocket(socketAddress('/desk'));
  socket.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (typeof event.data === 'string') handlers.message(event.data);
  });
  socket.addEventListener('close', () => handlers.closed());
  return {
    send: (text) => socket.send(text),
    close: () => socket.close(),
  };
}
