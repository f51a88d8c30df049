/** The whole schema. Importing the parts registers their types. */
import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './run.ts';
import './sequencer.ts';
import './query.ts';
import './mutation.ts';
import './breakpoints.ts';
import './control.ts';
import './inspection.ts';
import './subscription.ts';

export const schema: GraphQLSchema = builder.toSchema();
