import { randomBytes } from 'node:crypto';
import type { Publication } from './codec.ts';
import { picture } from './picture.ts';

// What Frigate 0.14 and later publish: docs.frigate.video, "MQTT".

/** One tracked object, the fields of `before` and `after` in frigate/events. */
interface Tracked {
  readonly id: string;
  readonly camera: string;
  readonly label: string;
  readonly sub_label: readonly [string, number] | null;
  readonly start_time: number;
  readonly end_time: number | null;
  readonly score: number;
  readonly top_score: number;
  readonly current_zones: readonly string[];
  readonly entered_zones: readonly string[];
  readonly has_snapshot: boolean;
}

/** A review item, the fields of `before` and `after` in frigate/reviews. */
interface Review {
  readonly id: string;
  readonly camera: string;
  readonly start_time: number;
  readonly end_time: number | null;
  readonly severity: 'detection' | 'alert';
  readonly thumb_path: string;
  readonly data: {
    readonly detections: readonly string[];
    readonly objects: readonly string[];
    readonly sub_labels: readonly string[];
    readonly zones: readonly string[];
    readonly audio: readonly string[];
  };
}

interface Scene {
  readonly objects: Tracked[];
  review?: Review;
}

export interface FrigateOptions {
  readonly prefix: string;
  readonly cameras: readonly string[];
  readonly qos: 0 | 1;
}

/** A Frigate NVR as its MQTT messages show it. */
export class Frigate {
  readonly #options: FrigateOptions;
  readonly #publish: (publication: Publication) => void;
  readonly #now: () => number;
  readonly #scenes: ReadonlyMap<string, Scene>;

  constructor(options: FrigateOptions, publish: (publication: Publication) => void, now: () => number) {
    this.#options = options;
    this.#publish = publish;
    this.#now = now;
    this.#scenes = new Map(options.cameras.map((camera) => [camera, { objects: [] }]));
  }

  /** Its last will, and what it says itself. */
  availability(word: 'online' | 'offline'): Publication {
    return { topic: `${this.#options.prefix}/available`, payload: Buffer.from(word), qos: 1, retain: true };
  }

  announce(): void {
    this.#publish(this.availability('online'));
    for (const camera of this.#options.cameras) this.#send(`${camera}/motion`, 'OFF');
  }

  motion(camera: string, isOn: boolean): void {
    this.#scene(camera);
    this.#send(`${camera}/motion`, isOn ? 'ON' : 'OFF');
  }

  /** An object comes into the picture; people and those known by name are alerts. */
  appear(camera: string, label: string, zone: string, name?: string): void {
    const scene = this.#scene(camera);
    const zones = zone === '' ? [] : [zone];
    const found: Tracked = {
      id: this.#id(),
      camera,
      label,
      sub_label: name === undefined ? null : [name, 0.86],
      start_time: this.#seconds(),
      end_time: null,
      score: 0.87890625,
      top_score: 0.958984375,
      current_zones: zones,
      entered_zones: zones,
      has_snapshot: true,
    };
    scene.objects.push(found);
    this.motion(camera, true);
    this.#json('events', { type: 'new', before: { ...found, has_snapshot: false }, after: found });
    this.#count(camera, scene, label);
    this.#publish({ topic: `${this.#options.prefix}/${camera}/${label}/snapshot`, payload: picture, qos: this.#options.qos, retain: true });
    const before = scene.review;
    const review = this.#reviewOf(scene, camera);
    scene.review = review;
    this.#json('reviews', { type: before === undefined ? 'new' : 'update', before: before ?? review, after: review });
  }

  /** Everything leaves the picture. */
  leave(camera: string): void {
    const scene = this.#scene(camera);
    for (const each of scene.objects.splice(0)) {
      this.#json('events', { type: 'end', before: each, after: { ...each, end_time: this.#seconds(), current_zones: [] } });
      this.#count(camera, scene, each.label);
    }
    if (scene.review !== undefined)
      this.#json('reviews', { type: 'end', before: scene.review, after: { ...scene.review, end_time: this.#seconds() } });
    delete scene.review;
    this.motion(camera, false);
  }

  #reviewOf({ objects, review }: Scene, camera: string): Review {
    const labels = [...new Set(objects.map(({ label }) => label))];
    const id = review?.id ?? this.#id();
    return {
      id,
      camera,
      start_time: review?.start_time ?? this.#seconds(),
      end_time: null,
      severity: labels.includes('person') || labels.includes('car') ? 'alert' : 'detection',
      thumb_path: `/media/frigate/clips/review/thumb-${camera}-${id}.webp`,
      data: {
        detections: objects.map((each) => each.id),
        objects: labels,
        sub_labels: objects.flatMap(({ sub_label: name }) => (name?.slice(0, 1) as string[] | undefined) ?? []),
        zones: [...new Set(objects.flatMap(({ current_zones: zones }) => zones))],
        audio: [],
      },
    };
  }

  #count(camera: string, { objects }: Scene, label: string): void {
    this.#send(`${camera}/${label}`, String(objects.filter((each) => each.label === label).length), true);
  }

  #scene(camera: string): Scene {
    const scene = this.#scenes.get(camera);
    if (scene === undefined) throw new Error(`there is no camera "${camera}"; there are ${this.#options.cameras.join(', ')}`);
    return scene;
  }

  #json(topic: string, content: unknown): void {
    this.#send(topic, JSON.stringify(content));
  }

  #send(topic: string, text: string, retain = false): void {
    this.#publish({ topic: `${this.#options.prefix}/${topic}`, payload: Buffer.from(text), qos: this.#options.qos, retain });
  }

  #seconds = (): number => this.#now() / 1000;
  #id = (): string => `${this.#seconds().toFixed(6)}-${randomBytes(3).toString('hex')}`;
}
