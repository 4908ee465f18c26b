export { connectLocks } from "./connect-locks.ts";
export type { ConnectOptions } from "./connect-options.ts";
export { connectProvider } from "./connect-provider.ts";
export type { ConnectedLocks } from "./connected-locks.ts";
export type { ConfigInput, ConnectedProvider } from "./connection.ts";
export type { BackendRequest, HoldfastBackend } from "./holdfast-backend.ts";
export {
  type BackendOptions,
  defineConfig,
  type HoldfastConfig,
  type LocksSettings,
} from "./holdfast-config.ts";
export { configJsonSchema } from "./json-schema.ts";
export { nearestWord } from "./nearest-word.ts";
export type { Environment } from "./variables.ts";
