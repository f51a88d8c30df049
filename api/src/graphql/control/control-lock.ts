/** Control of a sequencer by one user at a time. */
import { SequencerError } from '@sequencer/model';
import { USER_NAME } from '../../auth/user.ts';
import type { ControlRow } from '../../store/auth-schema.ts';
import { DateTime, builder } from '../core/builder.ts';
import { SequencerType } from '../core/sequencer-type.ts';

const LONGEST_REASON = 300;

const ControlType = builder.objectRef<{ row: ControlRow | null }>('Control').implement({
  description: 'Who has control of a sequencer that one user at a time commands.',
  fields: (t) => ({
    holder: t.string({
      nullable: true,
      description: 'User in control. Null if nobody is.',
      resolve: ({ row }) => row?.holder ?? null,
    }),
    since: t.field({
      type: DateTime,
      nullable: true,
      description: 'When the user took control. Null if nobody has it.',
      resolve: ({ row }) => row?.since ?? null,
    }),
    askedBy: t.string({
      nullable: true,
      description: 'User who requested control. Null if nobody has.',
      resolve: ({ row }) => row?.askedBy ?? null,
    }),
    askedAt: t.field({
      type: DateTime,
      nullable: true,
      description: 'When control was requested. Null if nobody has.',
      resolve: ({ row }) => row?.askedAt ?? null,
    }),
  }),
});

builder.objectField(SequencerType, 'control', (t) =>
  t.field({
    type: ControlType,
    nullable: true,
    description: 'Null if the site lets several users command this sequencer at the same time.',
    resolve: async ({ name }, _args, { access }) => {
      return access.control.isEnabled(name) ? { row: await access.control.recent(name) } : null;
    },
  }),
);

builder.mutationFields((t) => ({
  takeControl: t.field({
    type: SequencerType,
    description: 'Takes control. A reason is required if someone else holds it.',
    args: {
      sequencer: t.arg.string(),
      reason: t.arg.string({ required: false, description: 'Shown to the user who loses control.' }),
    },
    resolve: async (_root, { sequencer, reason }, { access, user }) => {
      if ((reason?.length ?? 0) > LONGEST_REASON) {
        throw new SequencerError(
          'BAD_INPUT',
          `reason: longer than ${String(LONGEST_REASON)} characters.`,
          'Shorten it.',
        );
      }
      await access.control.take(sequencer, user, reason ?? null);
      return { name: sequencer };
    },
  }),
  askForControl: t.field({
    type: SequencerType,
    description: 'Requests control from the user who has it.',
    args: { sequencer: t.arg.string() },
    resolve: async (_root, { sequencer }, { access, user }) => {
      await access.control.request(sequencer, user);
      return { name: sequencer };
    },
  }),
  handOverControl: t.field({
    type: SequencerType,
    description: 'Passes control to another user.',
    args: { sequencer: t.arg.string(), to: t.arg.string({ description: 'Name of the user.' }) },
    resolve: async (_root, { sequencer, to: name }, { access, user }) => {
      const to = name.normalize('NFC');
      if (!USER_NAME.test(to)) throw new SequencerError('BAD_INPUT', 'to: not a valid user name.');
      await access.control.handOver(sequencer, user, to);
      return { name: sequencer };
    },
  }),
  releaseControl: t.field({
    type: SequencerType,
    description: 'Releases control. The next user to send a command takes it.',
    args: { sequencer: t.arg.string() },
    resolve: async (_root, { sequencer }, { access, user }) => {
      await access.control.release(sequencer, user);
      return { name: sequencer };
    },
  }),
}));
