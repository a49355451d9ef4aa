// What the interoperability test uses of bacstack 0.0.1-beta.14, which has no typings of its own.
declare module 'bacstack' {
  interface ObjectId {
    type: number;
    instance: number;
  }
  interface Value {
    type: number;
    value: unknown;
  }
  interface PropertyReference {
    id: number;
    index: number;
  }
  type Callback<T> = (error: Error | undefined | null, result: T) => void;

  class Client {
    constructor(options: { port: number; interface: string; broadcastAddress: string; apduTimeout: number });
    readProperty(address: string, object: ObjectId, property: number, next: Callback<{ values: Value[] }>): void;
    writeProperty(
      address: string,
      object: ObjectId,
      property: number,
      values: Value[],
      options: { priority: number },
      next: Callback<undefined>,
    ): void;
    on(
      event: 'readPropertyMultiple',
      listener: (message: {
        address: string;
        invokeId: number;
        request: { properties: { objectId: ObjectId; properties: PropertyReference[] }[] };
      }) => void,
    ): this;
    on(
      event: 'readProperty',
      listener: (message: { address: string; invokeId: number; request: { objectId: ObjectId; property: PropertyReference } }) => void,
    ): this;
    on(
      event: 'writeProperty',
      listener: (message: {
        address: string;
        invokeId: number;
        request: { objectId: ObjectId; value: { property: PropertyReference; value: Value[]; priority: number } };
      }) => void,
    ): this;
    on(event: 'subscribeCOV', listener: (message: { address: string; invokeId: number }) => void): this;
    readPropertyResponse(receiver: string, invokeId: number, object: ObjectId, property: PropertyReference, values: Value[]): void;
    readPropertyMultipleResponse(
      receiver: string,
      invokeId: number,
      values: { objectId: ObjectId; values: { property: PropertyReference; value: Value[] }[] }[],
    ): void;
    simpleAckResponse(receiver: string, service: number, invokeId: number): void;
    errorResponse(receiver: string, service: number, invokeId: number, errorClass: number, errorCode: number): void;
    close(): void;
  }
  export default Client;
}
