export * from './errors.ts';
export * from './events.ts';
export * from './fold.ts';
export * from './limits.ts';
export * from './phases.ts';
export * from './protocol.ts';
export * from './queue.ts';
export * from './run-view.ts';
