import { ApplicationTag, ErrorClass } from '@bacnet-js/client';
import type { AppData } from './reading.ts';

/** The device did not answer in time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}
/** The device answered with an Error, Reject or Abort PDU (clause 18). */
export class Refused extends Error {
  override readonly name = 'Refused';
  /** Class and code of an Error PDU. */
  readonly error: { readonly class: number; readonly code: number } | undefined;
  /** Reason of a Reject or Abort PDU, which the library does not tell apart. */
  readonly reason: number | undefined;
  constructor(message: string, { error, reason }: { error?: { class: number; code: number }; reason?: number }) {
    super(message);
    this.error = error;
    this.reason = reason;
  }
}
/** The device's answer cannot be understood; it has been counted as malformed. */
export class Unintelligible extends Error {
  override readonly name = 'Unintelligible';
}

/** Error classes (clause 18), and the tag under which the library hands over an error in the place of a value. */
export const objectError: number = ErrorClass.OBJECT;
export const propertyError: number = ErrorClass.PROPERTY;
const servicesError: number = ErrorClass.SERVICES;
const errorTag: number = ApplicationTag.ERROR;

/** Reject "unrecognized service" (9), Abort "segmentation not supported" (4) and "buffer overflow" (1), or an error of class SERVICES. */
export const cannotServeMultiple = ({ error, reason }: Refused) => error?.class === servicesError || [9, 4, 1].includes(reason ?? -1);

export function refusedBy(error: { class: number; code: number }, what = 'reading'): Refused {
  return new Refused(`refused by the device (${what}): error class ${error.class}, code ${error.code}`, { error });
}

/** What the library's error message says of an Error, Reject or Abort PDU; undefined where it says something else. */
export function refusalIn(message: string, what: string): Refused | undefined {
  const [, errorClass, code] = /^BacnetError - Class:(\d+) - Code:(\d+)/.exec(message) ?? [];
  if (errorClass !== undefined) return refusedBy({ class: Number(errorClass), code: Number(code) }, what);
  const [, reason] = /^BacnetAbort - Reason:(\d+)/.exec(message) ?? [];
  if (reason === undefined) return undefined;
  return new Refused(`refused by the device (${what}): reject or abort, reason ${reason}`, { reason: Number(reason) });
}

/** The error that a device answers instead of a property's value. */
export function errorIn(data: AppData | undefined): { class: number; code: number } | undefined {
  if (data?.type !== errorTag) return undefined;
  const value = data.value as { errorClass?: number; errorCode?: number } | undefined;
  return { class: value?.errorClass ?? 0, code: value?.errorCode ?? 0 };
}
