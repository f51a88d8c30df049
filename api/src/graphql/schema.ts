/** The whole schema. Importing the parts registers their types. */
import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import { counted } from './counted.ts';
import { guarded } from './guarded.ts';
import './run.ts';
import './sequencer.ts';
import './query.ts';
import './mutation.ts';
import './breakpoints.ts';
import './control.ts';
import './inspection.ts';
import './subscription.ts';
import './access.ts';
import './accounts.ts';
import './api-tokens.ts';
import './audit.ts';
import './control-lock.ts';

export const schema: GraphQLSchema = counted(guarded(builder.toSchema()));
