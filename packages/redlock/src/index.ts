export type {
  RedlockClientsOptions,
  RedlockCommonOptions,
  RedlockOptions,
  RedlockUrlsOptions,
} from "./redlock-options.ts";
export { type RedlockProvider, redlock } from "./redlock-provider.ts";
