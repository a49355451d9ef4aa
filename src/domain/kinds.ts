/**
 * How much a kind of event matters before any rule has looked at it.
 * `critical` events must never be masked by grouping, suppression, flood mode or a schedule.
 */
export type Severity = 'critical' | 'alarm' | 'supervisory' | 'informational';

/** One row of the table of event kinds. */
export interface KindOfEvent {
  readonly meaning: string;
  readonly severity: Severity;
  /** Words that follow the point's name: "Server room door" + "forced open". */
  readonly words: { readonly raised: string; readonly restored?: string };
  /** Topic in the ONVIF event name space (Core, Door Control, Access Control, Analytics specifications). */
  readonly onvif?: string;
  /** Two-letter codes of SIA DC-03 that raise this kind; its restores are mapped by the panel adapter. */
  readonly sia?: readonly string[];
  /** Event codes of SIA DC-05 (Ademco Contact ID) that raise this kind. */
  readonly contactId?: readonly string[];
}

const table = {
  'door.open': {
    meaning: 'The door leaf is open (raised) or shut (restored)',
    severity: 'informational',
    words: { raised: 'opened', restored: 'closed' },
    onvif: 'tns1:Door/State/DoorPhysicalState',
  },
  'door.unlocked': {
    meaning: 'The lock is released (raised) or engaged (restored)',
    severity: 'informational',
    words: { raised: 'unlocked', restored: 'locked' },
    onvif: 'tns1:Door/State/LockPhysicalState',
  },
  'door.mode': {
    meaning: 'The door entered another operating mode, named in details.mode (ONVIF DoorMode)',
    severity: 'informational',
    words: { raised: 'changed its mode' },
    onvif: 'tns1:Door/State/DoorMode',
    sia: ['DO', 'DC'],
  },
  'door.forced': {
    meaning: 'The door was opened without a valid access or request to exit',
    severity: 'critical',
    words: { raised: 'forced open', restored: 'no longer forced' },
    onvif: 'tns1:Door/State/DoorAlarm (DoorForcedOpen)',
    sia: ['DF', 'DJ'],
    contactId: ['423'],
  },
  'door.held': {
    meaning: 'The door stayed open longer than it may',
    severity: 'alarm',
    words: { raised: 'held open', restored: 'no longer held open' },
    onvif: 'tns1:Door/State/DoorAlarm (DoorOpenTooLong)',
    sia: ['DL', 'DM', 'DN'],
    contactId: ['426'],
  },
  'door.tamper': {
    meaning: 'Somebody tampers with the door, its lock or its controller',
    severity: 'alarm',
    words: { raised: 'tampered with', restored: 'no longer tampered with' },
    onvif: 'tns1:Door/State/DoorTamper',
  },
  'door.fault': {
    meaning: 'The door or its lock does not work',
    severity: 'supervisory',
    words: { raised: 'has a fault', restored: 'works again' },
    onvif: 'tns1:Door/State/DoorFault',
    contactId: ['427', '428', '432'],
  },
  'door.exit-request': {
    meaning: 'Somebody inside asked to leave (request to exit)',
    severity: 'informational',
    words: { raised: 'request to exit' },
    sia: ['DX'],
  },
  'access.granted': {
    meaning: 'A credential was accepted at a reader',
    severity: 'informational',
    words: { raised: 'granted access' },
    onvif: 'tns1:AccessControl/AccessGranted/Credential',
    sia: ['DG'],
    contactId: ['422', '425', '435'],
  },
  'access.denied': {
    meaning: 'A credential was refused at a reader; details.reason says why',
    severity: 'informational',
    words: { raised: 'denied access' },
    onvif: 'tns1:AccessControl/Denied/Credential',
    sia: ['DD', 'DI', 'DK', 'DP', 'DQ', 'DV', 'DW', 'DZ'],
    contactId: ['421', '424'],
  },
  'intrusion.alarm': {
    meaning: 'A zone of an intrusion detection system is in alarm',
    severity: 'critical',
    words: { raised: 'intrusion alarm', restored: 'intrusion alarm restored' },
    sia: ['BA', 'BV', 'UA'],
    contactId: ['130', '131', '132', '133', '134', '135', '136', '138', '139', '140', '146', '374'],
  },
  'fire.alarm': {
    meaning: 'Fire, smoke or heat was detected, or a call point was pressed',
    severity: 'critical',
    words: { raised: 'fire alarm', restored: 'fire alarm restored' },
    sia: ['FA', 'KA'],
    contactId: ['110', '111', '112', '113', '114', '115', '116', '117', '118'],
  },
  'panic.alarm': {
    meaning: 'Somebody pressed a panic button',
    severity: 'critical',
    words: { raised: 'panic alarm', restored: 'panic alarm restored' },
    sia: ['PA'],
    contactId: ['120', '123'],
  },
  'holdup.alarm': {
    meaning: 'A hold-up is signalled, silently',
    severity: 'critical',
    words: { raised: 'hold-up alarm', restored: 'hold-up alarm restored' },
    sia: ['HA'],
    contactId: ['122'],
  },
  'duress.alarm': {
    meaning: 'A user acts under threat (duress code or credential)',
    severity: 'critical',
    words: { raised: 'duress alarm', restored: 'duress alarm restored' },
    onvif: 'tns1:AccessControl/Duress',
    contactId: ['121', '124', '125'],
  },
  'medical.alarm': {
    meaning: 'Somebody needs medical help',
    severity: 'critical',
    words: { raised: 'medical alarm', restored: 'medical alarm restored' },
    sia: ['MA', 'QA'],
    contactId: ['100', '101', '102', '641'],
  },
  'technical.alarm': {
    meaning: 'A technical sensor is in alarm: water, gas, temperature, power',
    severity: 'alarm',
    words: { raised: 'technical alarm', restored: 'technical alarm restored' },
    sia: ['WA', 'GA', 'ZA', 'SA'],
    contactId: [
      '150',
      '151',
      '152',
      '153',
      '154',
      '155',
      '156',
      '157',
      '158',
      '159',
      '161',
      '162',
      '163',
      '200',
      '201',
      '202',
      '203',
      '204',
      '205',
      '206',
    ],
  },
  tamper: {
    meaning: 'A device, zone or panel is tampered with',
    severity: 'alarm',
    words: { raised: 'tampered with', restored: 'tamper restored' },
    sia: ['TA', 'ES', 'JA', 'AA', 'XS'],
    contactId: ['137', '144', '145', '341', '383', '461'],
  },
  'zone.open': {
    meaning: 'A zone is open (raised) or closed (restored), whether or not it is armed',
    severity: 'informational',
    words: { raised: 'open', restored: 'closed' },
    sia: ['ZO'],
  },
  'zone.bypassed': {
    meaning: 'A zone is left out of supervision',
    severity: 'supervisory',
    words: { raised: 'bypassed', restored: 'no longer bypassed' },
    sia: ['BB', 'UB', 'XW'],
    contactId: ['433', '434', '570', '571', '572', '573', '574', '575', '576', '577', '578', '579'],
  },
  'zone.trouble': {
    meaning: 'A zone reports a fault of its sensor or wiring',
    severity: 'supervisory',
    words: { raised: 'reports trouble', restored: 'trouble restored' },
    sia: ['BT', 'UT', 'FT', 'AS', 'BD', 'FW', 'FZ', 'IA', 'UY'],
    contactId: [
      '147',
      '370',
      '371',
      '372',
      '373',
      '375',
      '376',
      '377',
      '378',
      '380',
      '381',
      '382',
      '384',
      '385',
      '386',
      '387',
      '388',
      '389',
      '391',
      '392',
      '393',
    ],
  },
  'panel.armed': {
    meaning: 'A partition was armed (raised) or disarmed (restored); details.partition and details.user say which and by whom',
    severity: 'informational',
    words: { raised: 'armed', restored: 'disarmed' },
    sia: ['CL', 'CG', 'CA', 'CF'],
    contactId: ['400', '401', '402', '403', '407', '408', '409', '441', '442', '450', '451', '452', '456'],
  },
  'panel.test': {
    meaning: 'A panel sent a test report',
    severity: 'informational',
    words: { raised: 'test report' },
    sia: ['RP', 'TX', 'TS', 'TE', 'FI', 'FK', 'RX', 'RY', 'TC', 'TP', 'VX'],
    contactId: ['601', '602', '603', '604', '607', '608', '611', '612', '613', '614', '615'],
  },
  'panel.message': {
    meaning: 'A panel sent a code that has no kind of its own; details.code names it',
    severity: 'informational',
    words: { raised: 'reported', restored: 'restored' },
  },
  'device.power': {
    meaning: 'A device lost its mains or its battery is low',
    severity: 'supervisory',
    words: { raised: 'has a power fault', restored: 'power restored' },
    sia: ['AT', 'YT', 'YM', 'YP', 'YI', 'XT'],
    contactId: ['301', '302', '308', '309', '311', '312', '314', '337', '338', '342'],
  },
  'device.input': {
    meaning: 'A digital input of a device is active; details name the input',
    severity: 'informational',
    words: { raised: 'input active', restored: 'input at rest' },
    onvif: 'tns1:Device/Trigger/DigitalInput',
  },
  'device.storage': {
    meaning: 'A device cannot record any more: its disk or card fails, is full or is missing',
    severity: 'supervisory',
    words: { raised: 'storage fails', restored: 'storage works again' },
    onvif: 'tns1:Device/HardwareFailure/StorageFailure',
  },
  'device.trouble': {
    meaning:
      'A device is reached, but part of it does not work: a sounder, a printer, its line to a receiver, the events of a camera; details say which',
    severity: 'supervisory',
    words: { raised: 'does not work as it should', restored: 'works as it should again' },
    sia: ['DT', 'EM', 'ET', 'LT', 'NT', 'OU', 'VO', 'VT', 'VZ', 'XL', 'XQ', 'YA', 'YD', 'YF', 'YU', 'YX'],
    contactId: [
      '141',
      '142',
      '143',
      '300',
      '303',
      '304',
      '307',
      '310',
      '320',
      '321',
      '322',
      '323',
      '324',
      '325',
      '326',
      '327',
      '330',
      '331',
      '332',
      '333',
      '334',
      '335',
      '336',
      '343',
      '344',
      '351',
      '352',
      '353',
      '355',
      '356',
      '357',
      '501',
      '520',
      '521',
      '522',
      '523',
      '524',
      '525',
      '526',
      '527',
      '530',
      '551',
      '552',
      '553',
    ],
  },
  'device.offline': {
    meaning: 'The gateway cannot reach a device or what a point is wired to, or a panel stopped its supervision messages',
    severity: 'supervisory',
    words: { raised: 'offline', restored: 'back online' },
    sia: ['YS', 'YC'],
    contactId: ['350', '354'],
  },
  'gateway.offline': {
    meaning:
      'The gateway itself did not run: nothing of the site was seen from details.offlineFrom to details.offlineTo; details.end says how it had ended',
    severity: 'informational',
    words: { raised: 'was not watched: the gateway did not run' },
  },
  'device.malformed': {
    meaning: 'A frame that cannot be understood arrived; it is kept for diagnosis',
    severity: 'informational',
    words: { raised: 'sent a malformed message' },
  },
  'device.clock': {
    meaning: "A device's clock differs from ours by more than its policy allows; details.offsetMs says by how much",
    severity: 'supervisory',
    words: { raised: 'has a wrong clock', restored: 'clock is right again' },
    contactId: ['626'],
  },
  'threat.level': {
    meaning: 'A person set a threat level (raised) or lifted it (restored), for the site or an area; details.level and details.by say which and who',
    severity: 'supervisory',
    words: { raised: 'is under a threat level', restored: 'is back to normal' },
  },
  'video.motion': {
    meaning: 'A camera sees motion',
    severity: 'informational',
    words: { raised: 'sees motion', restored: 'motion ended' },
    onvif: 'tns1:RuleEngine/CellMotionDetector/Motion',
  },
  'video.person': {
    meaning: 'Video analytics recognise a person; details say what else is known (score, zones, name)',
    severity: 'informational',
    words: { raised: 'sees a person', restored: 'no longer sees a person' },
    onvif: 'tns1:RuleEngine/ObjectDetection/Object (ClassTypes Human)',
  },
  'video.object': {
    meaning: 'Video analytics recognise an object that is no person; details.label names it',
    severity: 'informational',
    words: { raised: 'sees an object', restored: 'no longer sees the object' },
    onvif: 'tns1:RuleEngine/ObjectDetection/Object',
  },
  'video.alert': {
    meaning: 'A recorder judges what a camera sees to be worth the attention of a person',
    severity: 'informational',
    words: { raised: 'sees something that needs a look', restored: 'sees nothing more that needs a look' },
  },
  'video.snapshot': {
    meaning: 'A recorder sent a picture of what it recognised; details.picture holds it as a data URI (JPEG, PNG or WebP)',
    severity: 'informational',
    words: { raised: 'sent a picture' },
  },
  'video.line-crossed': {
    meaning: 'Somebody or something crossed a line that was drawn in a picture',
    severity: 'informational',
    words: { raised: 'sees a line crossed' },
    onvif: 'tns1:RuleEngine/LineDetector/Crossed',
  },
  'video.intrusion': {
    meaning: 'Somebody or something is in a field that was drawn in a picture',
    severity: 'informational',
    words: { raised: 'sees somebody in a guarded field', restored: 'sees the guarded field empty' },
    onvif: 'tns1:RuleEngine/FieldDetector/ObjectsInside',
  },
  'video.loitering': {
    meaning: 'Somebody stays in a place for longer than is usual there',
    severity: 'informational',
    words: { raised: 'sees somebody loiter', restored: 'sees nobody loiter any more' },
    onvif: 'tns1:RuleEngine/LoiteringDetector/ObjectIsLoitering',
  },
  'video.lost': {
    meaning: 'No picture comes from a camera',
    severity: 'supervisory',
    words: { raised: 'picture lost', restored: 'picture back' },
    onvif: 'tns1:VideoSource/SignalLoss',
  },
  'video.tamper': {
    meaning: 'A camera is covered, turned away, blurred or blinded',
    severity: 'alarm',
    words: { raised: 'tampered with', restored: 'sees its scene again' },
    onvif: 'tns1:VideoSource/GlobalSceneChange',
  },
} as const satisfies Record<string, KindOfEvent>;

/** The name of a kind of event, such as `door.forced`. */
export type EventKind = keyof typeof table;

/** The one table of event kinds: what each means, how grave it is, and its counterparts in the field's protocols. */
export const kinds: Readonly<Record<EventKind, KindOfEvent>> = table;

/** All kinds, in the order of the table. */
export const eventKinds = Object.keys(table) as [EventKind, ...EventKind[]];
