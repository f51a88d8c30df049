import { expect, test } from 'vitest';
import type { KubernetesMode } from './enums.ts';
import type { ManagedFields } from './metadata.ts';
import { ineffectiveWriter, isOverruled, modeAnnotation, requestedMode, type ModeSource } from './mode.ts';
import { ANNOTATIONS } from './names.ts';
import type { SequencerSpec, SequencerStatus } from './sequencer.ts';

const ARGO = 'argocd-controller';

/** One Sequencer object with the ownership rules of the API server, which the tests on a cluster check. */
class StoredObject {
  mode: KubernetesMode = 'Off';
  annotation: string | undefined;
  #owners: ManagedFields[] = [];
  #status: SequencerStatus | undefined;
  #minute = 0;

  get object(): ModeSource {
    return {
      metadata: {
        name: 'satp1',
        namespace: 'test',
        uid: '1',
        resourceVersion: '1',
        creationTimestamp: '2026-11-24T00:00:00Z',
        managedFields: this.#owners,
        ...(this.annotation !== undefined && { annotations: { [ANNOTATIONS.modeBy]: this.annotation } }),
      },
      spec: { mode: this.mode } as SequencerSpec,
      status: this.#status,
    };
  }

  /** The operator reads this version. Reading it twice must not change anything. */
  read(): this {
    this.#status = { requestedMode: requestedMode(this.object) };
    expect(requestedMode(this.object)).toEqual(this.#status.requestedMode);
    return this;
  }

  update(manager: string, mode: KubernetesMode): this {
    if (mode !== this.mode || this.#owners.length === 0) this.#own(manager, 'Update', []);
    this.mode = mode;
    return this;
  }

  /** A forced server-side apply. */
  apply(manager: string, mode: KubernetesMode): this {
    this.#own(manager, 'Apply', mode === this.mode ? this.#owners : []);
    this.mode = mode;
    return this;
  }

  set(by: string, mode: KubernetesMode, reason: string | null = null): this {
    const at = new Date(Date.UTC(2026, 10, 24, 1, ++this.#minute));
    this.annotation = modeAnnotation(this.object, { mode, by, at, reason });
    return this.update('sequencer-api', mode);
  }

  effective(): string {
    const { mode, by } = requestedMode(this.object);
    return `${mode} by ${by}`;
  }

  #own(manager: string, operation: 'Apply' | 'Update', others: ManagedFields[]): void {
    const time = `2026-11-24T00:${String(++this.#minute).padStart(2, '0')}:00Z`;
    const entry: ManagedFields = { manager, operation, time, fieldsV1: { 'f:spec': { 'f:mode': {} } } };
    this.#owners = [...others.filter((other) => other.manager !== manager), entry];
  }
}

/** Git has Queue, and a tool with a forced server-side apply has created the object. */
const fromGit = (mode: KubernetesMode = 'Queue') => new StoredObject().apply(ARGO, mode).read();

for (const read of [true, false]) {
  const observed = (object: StoredObject) => (read ? object.read() : object);

  test(`keeps what a user set over syncs, ${read ? 'seen' : 'not seen'} in between`, () => {
    const object = observed(fromGit().set('alice', 'Off'));
    object.apply(ARGO, 'Queue').read().apply(ARGO, 'Queue').read();
    expect(object.effective()).toBe('Off by alice');
    expect(ineffectiveWriter(object.object, requestedMode(object.object))).toBe(ARGO);
  });

  test(`lets a changed value win over what a user set, ${read ? 'seen' : 'not seen'} in between`, () => {
    const object = observed(fromGit().set('alice', 'Off')).apply(ARGO, 'Scheduler').read();
    expect(object.effective()).toBe(`Scheduler by ${ARGO}`);
    expect(isOverruled(object.object)).toBe(true);
    expect(object.apply(ARGO, 'Queue').read().effective()).toBe(`Queue by ${ARGO}`);
  });

  test(`keeps Queue of a user over a tool with Off, ${read ? 'seen' : 'not seen'} in between`, () => {
    const object = observed(fromGit('Off').set('alice', 'Queue')).apply(ARGO, 'Off').read();
    expect(object.effective()).toBe('Queue by alice');
    expect(isOverruled(object.object)).toBe(false);
  });

  test(`takes the last of two users, ${read ? 'seen' : 'not seen'} in between`, () => {
    const object = observed(fromGit().set('alice', 'Off'));
    expect(object.set('bob', 'Queue').apply(ARGO, 'Queue').read().effective()).toBe('Queue by bob');
    expect(object.set('kim', 'Off').apply(ARGO, 'Queue').read().effective()).toBe('Off by kim');
  });
}

test('keeps the reason of a user with the request', () => {
  const object = fromGit().set('alice', 'Off', 'clouds').read().apply(ARGO, 'Queue').read();
  expect(requestedMode(object.object)).toMatchObject({ mode: 'Off', by: 'alice', reason: 'clouds' });
  expect(requestedMode(object.set('bob', 'Queue').read().object)).not.toHaveProperty('reason');
});

test('keeps what kubectl set over syncs, until the value changes', () => {
  for (const kubectl of ['kubectl-patch', 'kubectl-edit']) {
    const object = fromGit().update(kubectl, 'Off').read();
    expect(object.apply(ARGO, 'Queue').read().effective()).toBe('Off by kubectl');
    expect(object.apply(ARGO, 'Scheduler').read().effective()).toBe(`Scheduler by ${ARGO}`);
  }
});

test('notices that the value became what a person had set, and changed later', () => {
  const object = fromGit().set('alice', 'Off').read().apply(ARGO, 'Off').read();
  expect(object.effective()).toBe('Off by alice');
  expect(object.apply(ARGO, 'Queue').read().effective()).toBe(`Queue by ${ARGO}`);
});

test('takes the request that came after a changed value, and the changed value that came after a request', () => {
  expect(fromGit().apply(ARGO, 'Scheduler').set('alice', 'Off').apply(ARGO, 'Scheduler').read().effective()).toBe(
    'Off by alice',
  );
  expect(fromGit().set('alice', 'Off').apply(ARGO, 'Scheduler').read().effective()).toBe(`Scheduler by ${ARGO}`);
  expect(fromGit().set('alice', 'Off').update('kubectl-patch', 'Queue').read().effective()).toMatch(/^Queue/);
});

test('starts with spec.mode of any writer', () => {
  expect(new StoredObject().read().effective()).toBe('Off by ');
  expect(new StoredObject().update('kubectl-create', 'Queue').read().effective()).toBe('Queue by kubectl');
  expect(new StoredObject().update('helm', 'Queue').read().effective()).toBe('Queue by helm');
});

test('does not let a tool that is new switch on what a person switched off, but off what is on', () => {
  const off = () => new StoredObject().update('kubectl-patch', 'Off').read();
  expect(off().apply(ARGO, 'Queue').read().effective()).toBe('Off by kubectl');
  expect(off().update('some-tool', 'Queue').read().effective()).toBe('Off by kubectl');
  const on = () => fromGit('Off').set('alice', 'Queue').read();
  expect(on().apply('kubectl', 'Off').read().effective()).toBe('Off by kubectl');
  expect(on().update('some-tool', 'Off').read().effective()).toBe('Off by some-tool');
});

test('keeps the tools apart', () => {
  const object = fromGit().apply('kubectl', 'Off').read();
  expect(object.apply(ARGO, 'Queue').read().effective()).toBe('Off by kubectl');
});

test('ignores an annotation that it cannot read', () => {
  for (const text of [
    '',
    'Off 2026-11-24T20:00:00.000Z alice',
    '{}',
    '{"mode":"Sideways","by":"alice","writers":[]}',
  ]) {
    const object = fromGit();
    object.annotation = text;
    expect(object.read().effective()).toBe(`Queue by ${ARGO}`);
  }
});

const MODES = ['Off', 'Queue', 'Scheduler'] as const;

for (const [title, seesAll] of [
  ['is what people set, until the value of the tool changes, in any order', true],
  ['is never switched on against a user of the pages, also when versions of the object are missed', false],
] as const) {
  test(title, () => {
    let seed = 1;
    const pick = <T>(list: readonly [T, ...T[]]): T => {
      seed = (seed * 48_271) % 0x7fffffff;
      return list[seed % list.length] ?? list[0];
    };
    for (let round = 0; round < 300; round++) {
      let git: KubernetesMode = pick(MODES);
      const object = fromGit(git);
      // What people requested last, while the value in git stays the same.
      let person: KubernetesMode | null = null;
      for (let step = 0; step < 12; step++) {
        const what = pick(['page', seesAll ? 'kubectl' : 'page', 'sync', 'sync', 'git']);
        const mode: KubernetesMode = pick(MODES);
        if (what === 'git' && mode !== git) [git, person] = [mode, null];
        if (what === 'git' || what === 'sync') object.apply(ARGO, git);
        if (what === 'page') [person] = [mode, object.set('alice', mode)];
        // A write of the value that is there changes nothing, and the API server does not record who wrote it.
        if (what === 'kubectl' && mode !== object.mode) [person] = [mode, object.update('kubectl-patch', mode)];
        if (seesAll || pick([true, false, false])) object.read();
        const [effective] = object.effective().split(' ');
        if (seesAll) expect(effective).toBe(person ?? git);
        else if (person === 'Off') expect(effective).toBe('Off');
      }
    }
  });
}
