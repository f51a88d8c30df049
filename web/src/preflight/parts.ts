/** The parts of this folder that other files load when they need them: together, in one file. */
export { default as PreflightMark } from './PreflightMark.vue';
export { default as PreflightPanel } from './PreflightPanel.vue';
