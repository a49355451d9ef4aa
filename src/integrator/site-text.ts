import { readFileSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';
import type { Adapters } from '../adapter/loader.ts';
import type { RuleText, SiteCheck, SiteFileText } from '../desk/integrator-schemas.ts';
import { criticalWarnings } from '../site/critical-coverage.ts';
import { loadRules } from '../site/load-rules.ts';
import { loadSite, loadSiteText } from '../site/load.ts';
import type { LoadedSite } from '../site/load.ts';
import { isError, parseYaml } from '../site/yaml-source.ts';
import type { Mistake, YamlSource } from '../site/yaml-source.ts';

/** What stands between `//` and `@` of an address may hold a password that somebody wrote where a reference belongs. */
const CREDENTIALS_IN_ADDRESS = /(\/\/[^\s/:@'"]*):[^\s/@'"]+@/g;

/** The site file as text: what the gateway runs by, and what another text would be worth in its place. Nothing is written. */
export class SiteText {
  readonly #file: string;
  readonly #adapters: Adapters;
  readonly #atStart: string;
  /** Only rule files beside these are read: a text from a browser must not open any file of the machine. */
  readonly #ruleFolders: ReadonlySet<string>;

  /** `file`: the path of the site file that the gateway runs by. */
  constructor(file: string, adapters: Adapters) {
    this.#file = file;
    this.#adapters = adapters;
    this.#atStart = readFileSync(file, 'utf8');
    this.#ruleFolders = new Set([dirname(file), ...loadSite(file, adapters).ruleFiles.map((rules) => dirname(rules))]);
  }

  /** The text that the gateway was started with. Secrets are references in it; passwords inside addresses are taken out. */
  running(): SiteFileText {
    return {
      name: basename(this.#file),
      text: this.#atStart.replace(CREDENTIALS_IN_ADDRESS, '$1:***@'),
      changed: this.#onDisk() !== this.#atStart,
    };
  }

  /** The rule files that the site file names, as they are on disk now; of two with one name, the second gets the name of its folder as well. */
  rules(): RuleText[] {
    const taken = new Set<string>();
    return loadSite(this.#file, this.#adapters).ruleFiles.map((file) => {
      const name = taken.has(basename(file)) ? `${basename(dirname(file))}-${basename(file)}` : basename(file);
      taken.add(name);
      return { name, text: readFileSync(file, 'utf8') };
    });
  }

  /** The mistakes that `sallyport check` would find if `text` stood in the site file. */
  check(text: string): SiteCheck {
    const loaded = loadSiteText(this.#file, text, this.#adapters);
    const mistakes = [...loaded.mistakes, ...this.#ruleMistakes(loaded, parseYaml(this.#file, text))];
    const errors = mistakes.filter(isError).length;
    const folder = dirname(this.#file);
    return {
      good: errors === 0,
      summary: errors === 0 ? goodWords(loaded) : `${errors} ${errors === 1 ? 'mistake' : 'mistakes'}: the gateway would not start with this file`,
      mistakes: mistakes.map((mistake) => ({ ...mistake, file: relative(folder, mistake.file) })),
    };
  }

  #ruleMistakes({ ruleFiles, site }: LoadedSite, source: YamlSource): readonly Mistake[] {
    const elsewhere = ruleFiles.filter((file) => !this.#ruleFolders.has(dirname(file)));
    const strange = elsewhere.map((file) =>
      this.#atTop(
        `rules: ${relative(dirname(this.#file), file)} is not looked at from here`,
        'check it on the machine with "sallyport check"',
        'warning',
      ),
    );
    try {
      const looked = ruleFiles.filter((file) => !elsewhere.includes(file));
      const { rules, mistakes } = loadRules(looked, site);
      // What was not looked at, or is mistaken, may open what the others do not.
      const known = strange.length === 0 && !mistakes.some(isError);
      const unseen = known ? criticalWarnings(source, rules, site, this.#adapters) : [];
      return [...strange, ...mistakes, ...unseen];
    } catch (error) {
      return [
        ...strange,
        this.#atTop(`rules: ${error instanceof Error ? error.message : String(error)}`, 'correct the path, which begins at the site file', 'error'),
      ];
    }
  }

  #atTop(message: string, fix: string, severity: Mistake['severity']): Mistake {
    return { file: this.#file, line: 1, column: 1, message, fix, severity };
  }

  #onDisk(): string | undefined {
    try {
      return readFileSync(this.#file, 'utf8');
    } catch {
      return undefined;
    }
  }
}

function goodWords({ site }: LoadedSite): string {
  return `good: ${site?.devices.length ?? 0} devices, ${site?.doors.length ?? 0} doors, ${site?.cameras.length ?? 0} cameras, ${site?.zones.length ?? 0} zones`;
}
