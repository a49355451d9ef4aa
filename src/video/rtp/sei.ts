const RECOVERY_POINT = 6;

/** Whether supplemental enhancement information holds a recovery point message (H.264, 7.3.2.3.1 and D.1.8; H.265, 7.3.5 and D.2.8). `headerBytes`: of the NAL unit. */
export function hasRecoveryPoint(nal: Buffer, headerBytes: number): boolean {
  let at = headerBytes;
  /** Type and size are sums of bytes up to the first that is not 255. */
  const number = (): number => {
    let sum = 0;
    for (;;) {
      const byte = nal[at] ?? 0;
      at += 1;
      sum += byte;
      if (byte !== 0xff) return sum;
    }
  };
  // The last byte is the trailing bit.
  while (at + 2 < nal.length) {
    if (number() === RECOVERY_POINT) return true;
    at += number();
  }
  return false;
}
