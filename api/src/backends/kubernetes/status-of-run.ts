/** The part of the status of a SequencerRun that the API writes. Pure. */
import type { RunStatus } from '@sequencer/model/kubernetes/sequencer-run';
import { KUBERNETES_OUTCOMES } from '@sequencer/model/kubernetes/enums';
import { boundedText, type RunView } from '@sequencer/model';

export type GatewayStatus = Required<Pick<RunStatus, 'runner'>> & Pick<RunStatus, 'position'>;

const LONGEST_REASON = 2048;

/**
 * @param storedSeq the outcome is included once its event is committed
 * @param connected whether the runner is connected
 */
export function statusOf(view: RunView, storedSeq: number, connected: boolean): GatewayStatus {
  const outcome =
    storedSeq >= view.lastSeq ? KUBERNETES_OUTCOMES.find((word) => word.toUpperCase() === view.outcome) : undefined;
  const position = positionOf(view);
  return {
    runner: {
      // After the end the connection no longer matters. The operator waits for the outcome of a connected runner, so that
      // one which is not committed yet counts as connected.
      connected: (connected || view.outcome !== null) && outcome === undefined,
      paused: view.outcome === null && (view.pause.state === 'paused' || (view.failure?.awaitingDecision ?? false)),
      pausePending: view.outcome === null && view.pause.state === 'pending',
      lastSeq: view.lastSeq,
      ...(outcome && { outcome, reason: boundedText(view.endReason ?? '', LONGEST_REASON) }),
      ...(outcome && view.exitCode !== null && { exitCode: view.exitCode }),
    },
    ...(position && { position }),
  };
}

/**
 * Whether writing the status would remove an outcome that another replica, considered dead, has written. This replica will
 * find the outcome in the store. Without it, the operator would stop a runner that is still sending its record.
 */
export function withdrawsOutcome({ runner }: GatewayStatus, current: Partial<GatewayStatus> | undefined): boolean {
  return current?.runner?.outcome !== undefined && runner?.outcome === undefined;
}

function lineOf({ traces, statements }: RunView, statement: number): number | undefined {
  const main = traces.find((trace) => trace.id === 1);
  return (main?.file === '<script>' ? main.line : null) ?? statements[statement]?.firstLine;
}

/**
 * Of an ended run. Fast code reports only some of its lines, so that the last one reported may be any before the end. A script
 * that was stopped ends in its clean-up code, below the line at which the stop arrived.
 */
function lastLineOf(view: RunView, statement: number): number | undefined {
  const last = view.statements[statement];
  if (view.outcome === 'SUCCEEDED') return last?.lastLine;
  if (view.outcome === 'FAILED' && view.failure?.line != null) return view.failure.line;
  const line = lineOf(view, statement);
  return last && line !== undefined && line >= last.firstLine && line <= last.lastLine ? line : last?.firstLine;
}

function positionOf(view: RunView): RunStatus['position'] {
  const { statement, statements } = view;
  if (statement === null) return undefined;
  const line = view.outcome === null ? lineOf(view, statement) : lastLineOf(view, statement);
  const of = statements.length;
  return {
    ...(line !== undefined && { line }),
    statement: statement + 1,
    of,
    progress: `${String(statement + 1)}/${String(of)}`,
  };
}
