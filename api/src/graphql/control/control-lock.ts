/** Who drives a sequencer. */
import { SequencerError } from '@sequencer/model';
import { USER_NAME } from '../../auth/user.ts';
import type { ControlRow } from '../../store/auth-schema.ts';
import { DateTime, builder } from '../core/builder.ts';
import { SequencerType } from '../core/sequencer-type.ts';

const LONGEST_REASON = 300;

const ControlType = builder.objectRef<{ row: ControlRow | null }>('Control').implement({
  description: 'Who drives a sequencer that one person at a time drives.',
  fields: (t) => ({
    holder: t.string({ nullable: true, description: 'Null: nobody.', resolve: ({ row }) => row?.holder ?? null }),
    since: t.field({ type: DateTime, nullable: true, resolve: ({ row }) => row?.since ?? null }),
    askedBy: t.string({
      nullable: true,
      description: 'Who would like to drive.',
      resolve: ({ row }) => row?.askedBy ?? null,
    }),
    askedAt: t.field({ type: DateTime, nullable: true, resolve: ({ row }) => row?.askedAt ?? null }),
  }),
});

builder.objectField(SequencerType, 'control', (t) =>
  t.field({
    type: ControlType,
    nullable: true,
    description: 'Null where several people may command at once.',
    resolve: async ({ name }, _args, { access }) => {
      return access.control.isEnabled(name) ? { row: await access.control.recent(name) } : null;
    },
  }),
);

builder.mutationFields((t) => ({
  takeControl: t.field({
    type: SequencerType,
    description: 'From nobody just so; from somebody with a reason.',
    args: { sequencer: t.arg.string(), reason: t.arg.string({ required: false }) },
    resolve: async (_root, { sequencer, reason }, { access, user }) => {
      if ((reason?.length ?? 0) > LONGEST_REASON) {
        throw new SequencerError('BAD_INPUT', `reason: it has more than ${String(LONGEST_REASON)} characters.`);
      }
      await access.control.take(sequencer, user, reason ?? null);
      return { name: sequencer };
    },
  }),
  askForControl: t.field({
    type: SequencerType,
    description: 'Tells who drives that you would like to.',
    args: { sequencer: t.arg.string() },
    resolve: async (_root, { sequencer }, { access, user }) => {
      await access.control.request(sequencer, user);
      return { name: sequencer };
    },
  }),
  handOverControl: t.field({
    type: SequencerType,
    args: { sequencer: t.arg.string(), to: t.arg.string() },
    resolve: async (_root, { sequencer, to: name }, { access, user }) => {
      const to = name.normalize('NFC');
      if (!USER_NAME.test(to)) throw new SequencerError('BAD_INPUT', 'to: this is not the name of a user.');
      await access.control.handOver(sequencer, user, to);
      return { name: sequencer };
    },
  }),
  releaseControl: t.field({
    type: SequencerType,
    description: 'Nobody drives then, and the next who commands does.',
    args: { sequencer: t.arg.string() },
    resolve: async (_root, { sequencer }, { access, user }) => {
      await access.control.release(sequencer, user);
      return { name: sequencer };
    },
  }),
}));
