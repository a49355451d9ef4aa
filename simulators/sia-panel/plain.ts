// Contact ID over TCP without DC-09: `[ACCT 18QXYZGGCCCS]`. The message is that of SIA DC-05; panels made by Climax put four digits
// of an eight-bit Fletcher checksum where DC-05 has one check digit.

/** The report; `content` is `QXYZ GG CCC`. */
export function buildPlainReport(account: string, content: string, check: 'digit' | 'fletcher'): Buffer {
  const message = `18${content.replaceAll(' ', '')}`;
  return Buffer.from(`[${account} ${message}${check === 'digit' ? checkDigit(account, message) : fletcher(`${account} ${message}`)}]`, 'latin1');
}

/** DC-05: the sum of all digits is a multiple of 15, zero counting ten. An account that is a name has no digits to count. */
export function checkDigit(account: string, message: string): string {
  const digits = /^[0-9A-Fa-f]+$/.test(account) ? account + message : message;
  let sum = 0;
  for (const digit of digits) sum += digit === '0' ? 10 : parseInt(digit, 16);
  return (15 - (sum % 15)).toString(16).toUpperCase();
}

function fletcher(text: string): string {
  let [low, high] = [0, 0];
  for (const byte of Buffer.from(text, 'latin1')) {
    low = (low + byte) % 256;
    high = (high + low) % 256;
  }
  return [high, low].map((sum) => sum.toString(16).toUpperCase().padStart(2, '0')).join('');
}
