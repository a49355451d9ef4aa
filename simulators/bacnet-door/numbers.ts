/** Numbers of ASHRAE 135-2020, clause 21, that this controller uses; names as in the standard, in lower case. */

export const objectTypes = {
  binaryInput: 3,
  binaryOutput: 4,
  binaryValue: 5,
  device: 8,
  accessDoor: 30,
  accessCredential: 32,
  accessPoint: 33,
} as const;

export const properties = {
  all: 8,
  apduTimeout: 11,
  applicationSoftwareVersion: 12,
  daylightSavingsStatus: 24,
  eventState: 36,
  firmwareRevision: 44,
  localDate: 56,
  localTime: 57,
  maxApduLengthAccepted: 62,
  modelName: 70,
  numberOfApduRetries: 73,
  objectIdentifier: 75,
  objectList: 76,
  objectName: 77,
  objectType: 79,
  outOfService: 81,
  polarity: 84,
  presentValue: 85,
  priorityArray: 87,
  protocolVersion: 98,
  relinquishDefault: 104,
  segmentationSupported: 107,
  statusFlags: 111,
  systemStatus: 112,
  utcOffset: 119,
  vendorIdentifier: 120,
  vendorName: 121,
  protocolRevision: 139,
  databaseRevision: 155,
  timeOfDeviceRestart: 203,
  doorAlarmState: 226,
  doorExtendedPulseTime: 227,
  doorOpenTooLongTime: 229,
  doorPulseTime: 230,
  doorStatus: 231,
  doorUnlockDelayTime: 232,
  lockStatus: 233,
  securedStatus: 235,
  accessEvent: 247,
  accessEventCredential: 249,
  accessEventTime: 250,
  authenticationStatus: 260,
  priorityForWriting: 88,
  accessEventTag: 322,
  accessDoors: 246,
} as const;

export const confirmedServices = {
  acknowledgeAlarm: 0,
  covNotification: 1,
  eventNotification: 2,
  subscribeCov: 5,
  readProperty: 12,
  readPropertyMultiple: 14,
  writeProperty: 15,
  writePropertyMultiple: 16,
} as const;
export const unconfirmedServices = { iAm: 0, covNotification: 2, eventNotification: 3, whoIs: 8 } as const;

export const doorValues = { lock: 0, unlock: 1, pulseUnlock: 2, extendedPulseUnlock: 3 } as const;
export const doorStatuses = { closed: 0, opened: 1 } as const;
export const lockStatuses = { locked: 0, unlocked: 1 } as const;
export const securedStatuses = { secured: 0, unsecured: 1 } as const;
export const doorAlarmStates = { normal: 0, doorOpenTooLong: 2, forcedOpen: 3, tamper: 4 } as const;

/** BACnetAccessEvent: what a reader of this controller can say. */
export const accessEvents = {
  none: 0,
  granted: 1,
  duress: 4,
  'locked-by-higher-priority': 9,
  'unknown-credential': 129,
  'no-access-rights': 135,
  'out-of-time-range': 136,
  passback: 138,
  'credential-expired': 152,
  'credential-lockout': 154,
} as const;

/** BACnetEventState, BACnetEventType and BACnetNotifyType, as far as a door uses them. */
export const eventStates = { normal: 0, offnormal: 2 } as const;
export const changeOfState = 1;
export const alarmNotification = 0;

export const rejectReasons = { invalidTag: 4, missingRequiredParameter: 5, parameterOutOfRange: 6, unrecognizedService: 9 } as const;
export const abortReasons = { segmentationNotSupported: 4 } as const;

/** [class, code] of BACnet errors, clause 18. */
export const errors = {
  unknownObject: [1, 31],
  /** Clause 13.14.1.3.1: the object does not offer COV. */
  covNotOffered: [1, 45],
  unknownProperty: [2, 32],
  notAnArray: [2, 50],
  invalidArrayIndex: [2, 42],
  /** Clause 13.5.1.3: not the event that is to be acknowledged. */
  invalidEventState: [5, 73],
  invalidTimeStamp: [5, 14],
  writeAccessDenied: [2, 40],
  invalidDataType: [2, 9],
  valueOutOfRange: [2, 37],
} as const satisfies Record<string, readonly [number, number]>;

/** "Any device" in reads of a device's identifier (clause 15.5.2), and "no object" in references. */
export const wildcardInstance = 4_194_303;
