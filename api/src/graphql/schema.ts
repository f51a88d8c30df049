/** The complete schema. The imports below register their types with the builder. */
import type { GraphQLSchema } from 'graphql';
import { builder } from './core/builder.ts';
import { withAnswerBudget } from './core/answer-size.ts';
import { withAuthorization } from './core/authorization.ts';
import './runs/run.ts';
import './runs/run-plan.ts';
import './runs/output.ts';
import './sequencers/sequencer.ts';
import './history/history.ts';
import './queue/queue.ts';
import './queue/submit-run.ts';
import './queue/edit-run.ts';
import './scheduler/scheduler.ts';
import './control/breakpoints.ts';
import './control/control.ts';
import './inspection/inspection.ts';
import './inspection/script.ts';
import './inspection/telescope.ts';
import './runs/subscription.ts';
import './accounts/access.ts';
import './accounts/accounts.ts';
import './accounts/api-tokens.ts';
import './audit/audit.ts';
import './control/control-lock.ts';
import './server.ts';

export const schema: GraphQLSchema = withAnswerBudget(withAuthorization(builder.toSchema()));
