/** What to do about an error, by what it says: the first row that fits counts. */
const advice: readonly (readonly [says: RegExp, todo: string])[] = [
  [/ECONNREFUSED|refused the connection|connection refused/i, 'Check the port, and that the service is switched on in the device.'],
  [/EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|no route/i, 'Check the address, the cable and the route: nothing in the network leads there.'],
  [/ENOTFOUND|EAI_AGAIN/i, 'Check the spelling of the host’s name, or write its address.'],
  [/EADDRINUSE|address already in use/i, 'Another program has that port on this machine: stop it, or choose another port in the site file.'],
  [/EADDRNOTAVAIL/i, 'That address belongs to no interface of this machine: correct it in the site file.'],
  [/EACCES|EPERM|permission/i, 'Give the gateway’s account the right to use that port, file or serial line.'],
  [/secret file|environment variable/i, 'Make the secret that the site file refers to readable for the gateway; it is read again at each attempt.'],
  [
    /password|unauthori[sz]ed|not authori[sz]ed|credential|401|log-?in/i,
    'Check user and password on the device, then correct the secret. Devices lock accounts after a few wrong ones.',
  ],
  [/key|decrypt|cipher/i, 'Compare the key on the device with the secret that the site file refers to.'],
  [
    /timed? ?out|ETIMEDOUT|within \d|no answer|did not answer/i,
    'Check power and cable, then the address, then what a firewall between lets through.',
  ],
  [
    /ECONNRESET|socket hang up|closed|ended/i,
    'The device hung up: look whether it allows more connections, and whether another system holds the one it has.',
  ],
];

/** One sentence for an integrator: what to do about an error. */
export function adviceFor(reason: string): string {
  return (
    advice.find(([says]) => says.test(reason))?.[1] ??
    'Compare the device’s options in the site file with its own settings; the journal has its earlier errors.'
  );
}
