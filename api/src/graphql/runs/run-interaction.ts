/** The GraphQL types for questions and progress of a script, and for the edits of a running script. */
import type { AskView, ProgressView, ScriptVersionView } from '@sequencer/model';
import { DateTime, builder } from '../core/builder.ts';

const AnswerType = builder.objectRef<NonNullable<AskView['answered']>>('AskAnswer').implement({
  description: 'The answer to a question, or the end of the wait for one.',
  fields: (t) => ({
    answer: t.exposeString('answer', { nullable: true, description: 'Null if the wait ended without an answer.' }),
    by: t.exposeString('by', {
      nullable: true,
      description: 'User who answered. Null if the deadline passed or the wait ended.',
    }),
    at: t.expose('at', { type: DateTime }),
  }),
});

export const AskType = builder.objectRef<AskView>('Ask').implement({
  description: 'A question that the script asks the operators.',
  fields: (t) => ({
    ask: t.exposeInt('ask', { description: 'Number of the question, to pass to `answerAsk`.' }),
    trace: t.exposeInt('trace', { description: 'Trace that waits for the answer.' }),
    kind: t.exposeString('kind', { description: '`text`, or `confirm` for a yes or no question.' }),
    question: t.exposeString('question'),
    default: t.exposeString('default', {
      nullable: true,
      description: 'Answer that is used at the deadline. Null if there is none.',
    }),
    deadline: t.expose('deadline', {
      type: DateTime,
      nullable: true,
      description: 'When the wait ends. Null if the script waits without limit.',
    }),
    at: t.expose('at', { type: DateTime, description: 'When the script asked.' }),
    answered: t.expose('answered', { type: AnswerType, nullable: true, description: 'Null while the script waits.' }),
  }),
});

export const ProgressType = builder.objectRef<ProgressView>('Progress').implement({
  description: 'Progress that the script reports.',
  fields: (t) => ({
    trace: t.exposeInt('trace', { description: 'Trace that reported it.' }),
    name: t.exposeString('name', { description: 'Name of the activity.' }),
    done: t.exposeFloat('done', { description: 'Amount done, in the unit of the script.' }),
    total: t.exposeFloat('total', { nullable: true, description: 'Amount in all. Null if the script does not know.' }),
    text: t.exposeString('text', { nullable: true, description: 'Further details. Null if there are none.' }),
    at: t.expose('at', { type: DateTime, description: 'When it was last reported.' }),
  }),
});

export type ScriptVersion = ScriptVersionView & { script: string };

export const ScriptVersionType = builder.objectRef<ScriptVersion>('ScriptVersion').implement({
  description: 'A version of the script, after its remaining statements were replaced.',
  fields: (t) => ({
    version: t.exposeInt('version', { description: 'From 2; the submitted script is version 1.' }),
    script: t.exposeString('script', { description: 'The whole script.' }),
    firstChanged: t.exposeInt('firstChanged', {
      description: 'Index of the first statement that differs from the version before.',
    }),
    by: t.exposeString('by', { description: 'User who replaced it.' }),
    at: t.expose('at', { type: DateTime }),
  }),
});
