export { CaseContext, type CaseLocksOptions, type RawRequest } from "./case-context.ts";
export { cases } from "./cases/index.ts";
export { type ConformanceCase, caseTitle, type InvariantId } from "./conformance-case.ts";
export type { Facts, OptionalMember } from "./facts.ts";
export type { ChildModule, ChildOpen, Harness, HarnessFaults } from "./harness.ts";
export { type ConformanceOptions, factsOf, runCase, runConformance } from "./run-conformance.ts";
export type { Runner, RunnerTest } from "./runner.ts";
export { shareProvider } from "./share-provider.ts";
export type { WitnessEvent } from "./witness-event.ts";
