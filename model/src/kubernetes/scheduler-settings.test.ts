import { expect, test } from 'vitest';
import type { ManagedFields } from './metadata.ts';
import {
  schedulerPatch,
  schedulerSettingsOf,
  type SchedulerChanges,
  type SettingsSource,
} from './scheduler-settings.ts';
import type { SchedulerSpec } from './scheduler-schema.ts';
import type { SequencerSpec } from './sequencer.ts';

/** One Sequencer object that pages, git and kubectl change. */
class StoredObject {
  scheduler: SchedulerSpec = {};
  #annotations: Record<string, string> = {};
  #owners: ManagedFields[] = [];

  get object(): SettingsSource {
    return {
      metadata: {
        name: 'satp1',
        namespace: 'test',
        uid: '1',
        resourceVersion: '1',
        creationTimestamp: '2026-11-24T00:00:00Z',
        managedFields: this.#owners,
        annotations: this.#annotations,
      },
      spec: { scheduler: this.scheduler } as SequencerSpec,
    };
  }

  get settings(): SchedulerSpec {
    return schedulerSettingsOf(this.object);
  }

  git(scheduler: SchedulerSpec): this {
    this.scheduler = { ...this.scheduler, ...scheduler };
    this.#owners = [];
    return this;
  }

  kubectl(scheduler: SchedulerSpec): this {
    this.scheduler = { ...this.scheduler, ...scheduler };
    const fields = Object.fromEntries(Object.keys(scheduler).map((field) => [`f:${field}`, {}]));
    this.#owners = [{ manager: 'kubectl-patch', fieldsV1: { 'f:spec': { 'f:scheduler': fields } } }];
    return this;
  }

  pages(changes: SchedulerChanges): this {
    const { metadata, spec } = schedulerPatch(this.object, changes);
    this.#annotations = { ...this.#annotations, ...metadata.annotations };
    const merged = Object.entries({ ...this.scheduler, ...spec.scheduler }).filter(([, setting]) => setting !== null);
    this.scheduler = Object.fromEntries(merged);
    this.#owners = [];
    return this;
  }
}

const stored = () => new StoredObject();

test('uses the settings in spec', () => {
  expect(stored().git({ policy: '{}', lengthMinutes: 60 }).settings).toEqual({ policy: '{}', lengthMinutes: 60 });
});

test('keeps what a user of the pages set over syncs, until the value in git changes', () => {
  const object = stored().git({ lengthMinutes: 60 }).pages({ lengthMinutes: 90 });
  expect(object.scheduler).toEqual({ lengthMinutes: 90 });
  expect(object.git({ lengthMinutes: 60 }).settings).toEqual({ lengthMinutes: 90 });
  expect(object.git({ lengthMinutes: 120 }).settings).toEqual({ lengthMinutes: 120 });
});

test('keeps the second of two settings of the pages', () => {
  const object = stored().git({ lengthMinutes: 60 }).pages({ lengthMinutes: 90 }).pages({ lengthMinutes: 30 });
  expect(object.git({ lengthMinutes: 60 }).settings).toEqual({ lengthMinutes: 30 });
  const synced = stored().git({ lengthMinutes: 60 }).pages({ lengthMinutes: 90 }).git({ lengthMinutes: 60 });
  expect(synced.pages({ lengthMinutes: 30 }).git({ lengthMinutes: 60 }).settings).toEqual({ lengthMinutes: 30 });
});

test('uses the default when a user of the pages removed the value of git', () => {
  const object = stored().git({ lengthMinutes: 60 }).pages({ lengthMinutes: null });
  expect(object.git({ lengthMinutes: 60 }).settings).toEqual({});
});

test('uses what kubectl patch wrote after a user of the pages', () => {
  const object = stored().git({ lengthMinutes: 60 }).pages({ lengthMinutes: 90 });
  expect(object.kubectl({ lengthMinutes: 60 }).settings).toEqual({ lengthMinutes: 60 });
});

test('changes only what a user of the pages set', () => {
  const object = stored().git({ lengthMinutes: 60, leadMinutes: 5 }).pages({ leadMinutes: 10 });
  expect(object.git({ lengthMinutes: 30, leadMinutes: 5 }).settings).toEqual({ lengthMinutes: 30, leadMinutes: 10 });
});
