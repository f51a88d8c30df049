/** What a running script says to people besides its output: questions and progress; and how people changed it. */
import type { AskView, ProgressView, ScriptVersionView } from '@sequencer/model';
import { DateTime, builder } from '../core/builder.ts';

const AnswerType = builder.objectRef<NonNullable<AskView['answered']>>('AskAnswer').implement({
  fields: (t) => ({
    answer: t.exposeString('answer', { nullable: true }),
    by: t.exposeString('by', {
      nullable: true,
      description: 'Null when nobody answered: the default at the deadline, or the wait was ended.',
    }),
    at: t.expose('at', { type: DateTime }),
  }),
});

export const AskType = builder.objectRef<AskView>('Ask').implement({
  description: 'A question of the script to people.',
  fields: (t) => ({
    ask: t.exposeInt('ask', { description: 'Its number, for answerAsk.' }),
    trace: t.exposeInt('trace'),
    kind: t.exposeString('kind', { description: 'text or confirm' }),
    question: t.exposeString('question'),
    default: t.exposeString('default', { nullable: true, description: 'What holds when nobody answers.' }),
    deadline: t.expose('deadline', { type: DateTime, nullable: true }),
    at: t.expose('at', { type: DateTime }),
    answered: t.expose('answered', { type: AnswerType, nullable: true, description: 'Null while it waits.' }),
  }),
});

export const ProgressType = builder.objectRef<ProgressView>('Progress').implement({
  description: 'How far the script is with something, in its own words.',
  fields: (t) => ({
    trace: t.exposeInt('trace'),
    name: t.exposeString('name'),
    done: t.exposeFloat('done'),
    total: t.exposeFloat('total', { nullable: true }),
    text: t.exposeString('text', { nullable: true }),
    at: t.expose('at', { type: DateTime }),
  }),
});

export type ScriptVersion = ScriptVersionView & { script: string };

export const ScriptVersionType = builder.objectRef<ScriptVersion>('ScriptVersion').implement({
  description: 'The script as it was from a moment on.',
  fields: (t) => ({
    version: t.exposeInt('version'),
    script: t.exposeString('script'),
    firstChanged: t.exposeInt('firstChanged', { description: 'The first statement that is not as before.' }),
    by: t.exposeString('by'),
    at: t.expose('at', { type: DateTime }),
  }),
});
