/** For how many days the database keeps what is over. */
export interface RetentionPolicy {
  readonly journalDays: number;
  readonly closedIncidentDays: number;
  readonly logDays: number;
}

export const defaultRetention: RetentionPolicy = { journalDays: 90, closedIncidentDays: 365, logDays: 365 };
