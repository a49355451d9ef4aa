import { hash, verify } from '@node-rs/argon2';
import type { CodeOutcome } from '../procedures/run.ts';
import type { Store } from '../store/database.ts';

interface Row {
  readonly hash: string;
  readonly duress_hash: string | null;
}

const SHORTEST_CODE = 4;

/** What people say on the telephone to show who they are, and what they say instead when somebody threatens them. */
export class PassCodes {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Sets the pass-code of that name, or its duress code. @throws Error when it is too short, the same as the other one, or a duress code comes first. */
  async set(name: string, code: string, duress: boolean): Promise<void> {
    if (code.trim().length < SHORTEST_CODE) throw new Error(`the code must have at least ${SHORTEST_CODE} characters`);
    const row = this.#row(name);
    const other = duress ? row?.hash : (row?.duress_hash ?? undefined);
    if (duress && row === undefined) throw new Error(`there is no pass-code "${name}" yet: set it first, without --duress`);
    if (other !== undefined && (await verify(other, normal(code)))) throw new Error('the pass-code and the duress code must differ');
    const hashed = await hash(normal(code));
    if (duress) this.#store.prepare('UPDATE pass_code SET duress_hash = ? WHERE name = ?').run(hashed, name);
    else
      this.#store.prepare('INSERT INTO pass_code (name, hash) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET hash = excluded.hash').run(name, hashed);
  }

  remove(name: string): boolean {
    return this.#store.prepare('DELETE FROM pass_code WHERE name = ?').run(name).changes > 0;
  }

  list(): { name: string; duress: boolean }[] {
    const rows = this.#store.prepare('SELECT name, duress_hash IS NOT NULL AS duress FROM pass_code ORDER BY name').all() as {
      name: string;
      duress: number;
    }[];
    return rows.map(({ name, duress }) => ({ name, duress: duress === 1 }));
  }

  /** Compares with both codes whatever the first comparison says. Undefined when there is no pass-code of that name. */
  async compare(name: string, code: string): Promise<CodeOutcome | undefined> {
    const row = this.#row(name);
    if (row === undefined) return undefined;
    const [right, duress] = await Promise.all([verify(row.hash, normal(code)), verify(row.duress_hash ?? row.hash, normal(code))]);
    if (row.duress_hash !== null && duress) return 'duress';
    return right ? 'verified' : 'wrong';
  }

  #row(name: string): Row | undefined {
    return this.#store.prepare('SELECT hash, duress_hash FROM pass_code WHERE name = ?').get(name) as Row | undefined;
  }
}

/** As it is spoken: upper and lower case and the spaces around it make no difference. */
function normal(code: string): string {
  return code.trim().toLowerCase();
}
