/** The dashboard and the alerts use only metrics that the API and the operator export. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeMetrics as makeApiMetrics } from '@sequencer/api/lib/metrics';
import { makeMetrics as makeOperatorMetrics } from '@sequencer/operator/runtime/metrics';
import { CHART, manifests, render, valuesOf } from '@sequencer/testing/install/helm';

/** From kube-state-metrics. */
const FOREIGN = ['kube_deployment_status_replicas_available'];

async function exported(): Promise<Set<string>> {
  const api = makeApiMetrics();
  api.observe({ phases: () => [], runners: () => 0, subscriptions: () => 0 });
  const operator = makeOperatorMetrics();
  operator.observe({ isLeader: () => true, depth: () => [], phases: () => new Map(), sequencers: () => [] });
  const text = `${await api.registry.metrics()}${await operator.registry.metrics()}`;
  return new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name));
}

function metricsOf(expressions: string[]): string[] {
  const names = expressions.flatMap((expr) => expr.match(/\b(?:sequencer|kube|process|nodejs)_\w+/g) ?? []);
  return names.map((name) => name.replace(/_bucket$/, ''));
}

interface Rule {
  alert: string;
  expr: string;
  labels: Record<string, string>;
  annotations: { summary: string };
}

test.each(['dashboard', 'alerts'])('the %s', async (which) => {
  const objects = manifests(await render('seq', ...valuesOf('site.yaml')));
  const rules = objects.find(({ kind }) => kind === 'PrometheusRule')?.spec as { groups: { rules: Rule[] }[] };
  const alerts = rules.groups.flatMap(({ rules: some }) => some);
  expect(alerts).toHaveLength(5);
  const dashboard = readFileSync(join(CHART, 'files/dashboard.json'), 'utf8');
  const panels = (JSON.parse(dashboard) as { panels: { targets: { expr: string }[] }[] }).panels;
  const used =
    which === 'alerts'
      ? metricsOf(alerts.map(({ expr }) => expr))
      : metricsOf(panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)));
  expect(used.length).toBeGreaterThan(4);
  const known = await exported();
  expect(used.filter((name) => !known.has(name) && !FOREIGN.includes(name))).toEqual([]);
});

test('alerts are about the namespace of the release', async () => {
  const text = await render('seq', ...valuesOf('site.yaml'), '--show-only', 'templates/prometheus-rules.yaml');
  const rules = manifests(text).flatMap(({ spec }) => (spec as { groups: { rules: Rule[] }[] }).groups[0]?.rules ?? []);
  expect(rules.map(({ labels }) => labels.namespace)).toEqual(rules.map(() => 'seq'));
  expect(rules).toHaveLength(5);
  const metrics = text.match(/\b(?:sequencer_operator|kube)_\w+\{/g) ?? [];
  expect(text.match(/\{namespace="seq"/g)).toHaveLength(metrics.length);
  expect(text).toContain('summary: "The queue of {{ $labels.sequencer }} is held"');
});
