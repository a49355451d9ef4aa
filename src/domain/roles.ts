/** Dispatchers handle incidents and doors; integrators may do that too, and see devices, events and diagnosis. */
export const roles = ['dispatcher', 'integrator'] as const;
export type Role = (typeof roles)[number];
